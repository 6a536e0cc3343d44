// What promtool says of what a receiver offers and of what is shipped for Prometheus.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { expressions, readDashboard } from "../dashboard.ts";
import { testWithParts } from "../parts.ts";
import { Receiver } from "./prompipe.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

testWithParts("promtool check metrics finds nothing in /metrics", ["promtool"], async (parts) => {
  await using receiver = await Receiver.start();
  assertEquals(await receiver.push("/metrics/a/up", "x 1\n", { "Prompipe-Interval": "4" }), 204);
  const problem = { "Content-Type": "application/problem+json" };
  assertEquals(await receiver.push("/metrics/a/%22%5C", "{}", problem), 204);
  for (let scrapes = 0; scrapes < 2; scrapes++) await receiver.scrape("/metrics/a/up");
  await using folder = await TempDir.make();
  const path = await folder.write("metrics", (await receiver.scrape("/metrics")).text);
  const { promtool } = parts;
  await using check = new RunningProcess("sh", {
    args: ["-c", 'exec "$0" check metrics < "$1"', promtool.path, path],
    env: promtool.env,
  });
  assertEquals([(await check.status).code, check.output], [0, ""]);
});

testWithParts("promtool takes examples/alerts.yml, and each alert fires when it should", [
  "promtool",
], async ({ promtool }) => {
  const rules = join(PROJECT, "examples", "alerts.yml");
  const tests = await Deno.readTextFile(join(PROJECT, "tests", "e2e", "alerts.yml"));
  const alerts = (await Deno.readTextFile(rules)).match(/(?<=- alert: )\w+/g) ?? [];
  for (const alert of alerts) {
    assert(new RegExp(`alertname: ${alert}\\n`).test(tests), `no test lets ${alert} fire`);
  }
  await using folder = await TempDir.make();
  const path = await folder.write("alerts.yml", tests.replace("RULES", rules));
  for (const args of [["check", "rules", rules], ["test", "rules", path]]) {
    await using run = new RunningProcess(promtool.path, { args, env: promtool.env });
    assertEquals((await run.status).code, 0, run.output);
    assertStringIncludes(run.output, "SUCCESS");
  }
});

testWithParts("promtool takes every query of examples/grafana-dashboard.json", [
  "promtool",
], async ({ promtool }) => {
  const rules = expressions(await readDashboard())
    .map((expr, index) => ({ record: `panel:query:${index}`, expr }));
  await using folder = await TempDir.make();
  const path = await folder.write(
    "rules.yml",
    JSON.stringify({ groups: [{ name: "dashboard", rules }] }),
  );
  const args = ["check", "rules", path];
  await using run = new RunningProcess(promtool.path, { args, env: promtool.env });
  assertEquals((await run.status).code, 0, run.output);
  assertStringIncludes(run.output, `SUCCESS: ${rules.length} rules found`);
});
