// A config that is edited: what stays goes on, and what is faulty is refused.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const INTERVAL_MS = 500;

Deno.test("a sender applies an edited config, by itself and on SIGHUP, and refuses a faulty one", async () => {
  await using folder = await TempDir.make();
  await using receiver = new FakeReceiver();
  await using exporter = FakeExporter.start(() => gauge(1));
  const token = newToken();
  const write = (...names: string[]) => {
    const pairs = names.map((name) => ({
      source: exporter.url,
      destination: receiver.destination(`/metrics/pair/${name}`),
    }));
    const interval = `${INTERVAL_MS}ms`;
    return folder.write("c.json", JSON.stringify({ bearer_token: token, interval, pairs }));
  };
  const config = await write("stays", "goes");
  const args = ["--config", config, "--metrics-listen", "127.0.0.1:0"];
  await using sender = startPrompipe(["sender", ...args]);
  const [, address] = await sender.waitForOutput(/listening.*(127\.0\.0\.1:\d+)/);
  const metrics = async () => await (await fetch(`http://${address}/metrics`)).text();
  const pushes = (name: string) => receiver.pushesMs(`/metrics/pair/${name}`);
  const pushesTo = (name: string, count: number) =>
    waitFor(() => assert(pushes(name).length >= count, `${pushes(name).length}`), {
      timeoutMs: 20_000,
      what: `${count} pushes of ${name}`,
    });
  await pushesTo("stays", 4);
  await pushesTo("goes", 1);

  // By itself, within some seconds.
  await write("stays", "comes");
  await sender.waitForOutput(/config applied.* kept=1 added=1 removed=1/);
  const gone = pushes("goes").length;
  await pushesTo("comes", 2);

  // On SIGHUP at once; what is wrong is said, and counted.
  await folder.write("c.json", '{"bearer_token": "' + token + '", "pears": []}');
  sender.signal("SIGHUP");
  await sender.waitForOutput(/config refused.*\\"pears\\" is unknown/);
  assertMatch(await metrics(), /config_last_reload_successful 0/);
  await write("stays", "comes");
  sender.signal("SIGHUP");
  await sender.waitForOutput(/config unchanged/);
  const text = await metrics();
  assertMatch(text, /config_last_reload_successful 1/);
  assertMatch(text, /config_reloads_total\{result="refused"\} [1-9]/);
  assert(!text.includes('target_instance="goes"'), "its series are still there");

  const before = pushes("stays").length;
  await pushesTo("stays", before + 3);
  assertEquals(pushes("goes").length, gone);
  // Same loop, same phase: never late, and never early.
  const times = pushes("stays");
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  assert(Math.max(...gaps) < 1.5 * INTERVAL_MS, gaps.map(Math.round).join(" "));
  assert(Math.min(...gaps) > 0.5 * INTERVAL_MS, gaps.map(Math.round).join(" "));
  assert(!sender.output.includes(token), "the token is in the log");
});
