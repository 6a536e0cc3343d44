// Two receivers make a highly available pair: what one goes through, the other doesn't
// notice. For 15 s; in its long form five minutes, with the preset interval.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { Receiver, Sender } from "../e2e/prompipe.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { IS_LONG, scenario } from "./scenario.ts";

const INTERVAL_MS = IS_LONG ? 4_000 : 1_000;
const TEST_MS = IS_LONG ? 300_000 : 15_000;
const PATHS = Array.from({ length: 10 }, (_, i) => `/metrics/pair/${i}`);
const SOON = { timeoutMs: 30_000, what: "a fresh target" };

scenario({
  name: "one-of-two-receivers",
  breaks: "of two receivers of the same sender one is killed again and again",
  holds: "the other misses not one interval",
  ci: true,
}, async (seen) => {
  await using steady = new FakeReceiver();
  await using exporter = FakeExporter.start(() => gauge(1));
  let shaky = await Receiver.start();
  const { token, pushPort, scrapePort } = shaky;
  try {
    await using _sender = await Sender.start({
      bearer_token: token,
      interval: `${INTERVAL_MS}ms`,
      pairs: PATHS.map((path) => ({
        source: exporter.url,
        destination: [shaky.destination(path), steady.destination(path)],
      })),
    });
    const startMs = performance.now();
    let kills = 0;
    while (performance.now() - startMs < TEST_MS) {
      await waitFor(async () => {
        for (const path of PATHS) assertEquals((await shaky.scrape(path)).status, 200, path);
      }, SOON);
      await pause(Math.random() * 2 * INTERVAL_MS);
      await shaky.process.end("SIGKILL");
      kills++;
      await pause(Math.random() * 2 * INTERVAL_MS);
      shaky = await Receiver.start({ token, pushPort, scrapePort });
    }
    assert(kills > 1, `it was killed ${kills} times`);
    const gaps = PATHS.map((path) => {
      const times = steady.pushesMs(path);
      return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
    });
    seen("kills", kills);
    seen("the other's largest gap", Math.max(...gaps) / 1000, `of ${INTERVAL_MS / 1000} s`);
    assert(Math.max(...gaps) < 1.5 * INTERVAL_MS, gaps.map(Math.round).join(" "));
    for (const path of PATHS) {
      assert(steady.pushesMs(path).length >= Math.floor(TEST_MS / INTERVAL_MS) - 1, path);
    }
  } finally {
    await shaky[Symbol.asyncDispose]();
  }
});

/** Chance, not a condition: a receiver dies when it dies. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
