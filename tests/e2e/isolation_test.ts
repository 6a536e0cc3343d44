// A slow source delays nobody else. By default at a quarter of the real interval;
// PROMPIPE_TEST_FULL=1 takes the real one, for a minute.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const SOURCES = 50;
const INTERVAL_MS = Deno.env.has("PROMPIPE_TEST_FULL") ? 4_000 : 1_000;
const PASSES = 15;
const PATHS = Array.from({ length: SOURCES - 1 }, (_, i) => `/metrics/healthy/${i}`);

Deno.test("one source of 50 that hangs leaves the other 49 their interval", async () => {
  await using receiver = new FakeReceiver();
  await using healthy = FakeExporter.start(() => gauge(1));
  await using hanging = FakeExporter.startHanging();
  await using _sender = await Sender.start({
    bearer_token: newToken(),
    interval: `${INTERVAL_MS}ms`,
    timeout: "10s",
    pairs: [
      { source: hanging.url, destination: receiver.destination("/metrics/hanging/0") },
      ...PATHS.map((path) => ({ source: healthy.url, destination: receiver.destination(path) })),
    ],
  });

  const pushes = () => PATHS.map((path) => receiver.pushesMs(path));
  await waitFor(() => {
    const fewest = Math.min(...pushes().map((times) => times.length));
    assert(fewest > PASSES, `${fewest} pushes of the slowest healthy source`);
  }, { timeoutMs: 4 * PASSES * INTERVAL_MS, what: `${PASSES} intervals of every healthy source` });

  assert(hanging.asked > 0, "the hanging source was never asked");
  const tooLong = PATHS.map((path) => ({ path, gapMs: largestGapMs(receiver.pushesMs(path)) }))
    .filter(({ gapMs }) => gapMs > 1.5 * INTERVAL_MS);
  assertEquals(tooLong, [], "gaps between pushes");
});

function largestGapMs(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}
