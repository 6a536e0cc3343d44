// A slow source delays nobody else. In its short form at a quarter of the preset interval.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, Sender } from "../e2e/prompipe.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { IS_LONG, scenario } from "./scenario.ts";

const SOURCES = 50;
const INTERVAL_MS = IS_LONG ? 4_000 : 1_000;
const PASSES = 15;
const PATHS = Array.from({ length: SOURCES - 1 }, (_, i) => `/metrics/healthy/${i}`);

scenario({
  name: "source-hangs-among-fifty",
  breaks: "one source of fifty never answers",
  holds: "the other 49 keep their interval: no gap of more than half of it again",
  ci: true,
}, async (seen) => {
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
  const gaps = PATHS.map((path) => ({ path, gapMs: largestGapMs(receiver.pushesMs(path)) }));
  const worstMs = Math.max(...gaps.map(({ gapMs }) => gapMs));
  seen("largest gap", worstMs / 1000, `of ${INTERVAL_MS / 1000} s`);
  const tooLong = gaps.filter(({ gapMs }) => gapMs > 1.5 * INTERVAL_MS);
  assertEquals(tooLong, [], "gaps between pushes");
});

function largestGapMs(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}
