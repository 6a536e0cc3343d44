// What a scrape on demand takes more than a direct one of the same node exporter on loopback.
// Runs with PROMPIPE_TEST_FULL=1 alone, of the portable file: a machine that has other work
// fails it.

import { assert, assertEquals } from "@std/assert";
import { getInTurns } from "../../bench/get_in_turns.ts";
import { BenchReceiver, Program } from "../../bench/program.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/node/rpi";
const SAMPLES = 600;
const WARM_UP = 50;
const PAUSE_MS = 20;
const MAX_MORE_MS = { p50: 5, p99: 15 };
const SOON_MS = 30_000;

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1]!;
}

if (Deno.env.get("PROMPIPE_TEST_FULL") === "1") {
  testWithParts(
    "a scrape on demand takes at most 5 ms more than a direct one, and 99 of 100 at most 15",
    ["node-exporter"],
    async (parts) => {
      await using program = new Program("portable");
      await using folder = await TempDir.make();
      await using exporter = await NodeExporter.start(parts["node-exporter"]);
      await using receiver = await BenchReceiver.start(program);
      const destination = `ws://${receiver.push}${PATH}`;
      const pair = { source: exporter.url, destination, mode: "on_demand" };
      const config = { bearer_token: receiver.token, pairs: [pair] };
      const file = await folder.write("config.json", JSON.stringify(config));
      await using _sender = await program.start(["sender", "--config", file]);
      const piped = `http://${receiver.scrape}${PATH}`;
      await waitFor(async () => assertEquals((await fetch(piped)).status, 200), {
        timeoutMs: SOON_MS,
        what: "the sender",
      });
      const urls = [exporter.url, piped];
      const taken = await getInTurns({ urls, count: SAMPLES, warmUp: WARM_UP, pauseMs: PAUSE_MS });
      for (const [name, share] of [["p50", 0.5], ["p99", 0.99]] as const) {
        const [direct = 0, live = 0] = taken.map((each) => 1000 * percentile(each, share));
        console.log(
          `${name} of ${SAMPLES}: direct ${direct.toFixed(1)} ms, on demand ${live.toFixed(1)} ms`,
        );
        assert(live - direct <= MAX_MORE_MS[name], `${name}: ${live - direct} ms more`);
      }
    },
  );
}
