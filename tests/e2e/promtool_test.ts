// What promtool says of what a receiver offers and of what is shipped for Prometheus.

import { assertEquals } from "@std/assert";
import { testWithParts } from "../parts.ts";
import { Receiver } from "./prompipe.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

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
