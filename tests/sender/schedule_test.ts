import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { runOnSchedule, spread } from "../../sender/schedule.ts";
import { realTiming } from "../../sender/timing.ts";

const INTERVAL_MS = 10;

/**
 * Runs passes that end at these moments of a clock of their own, which stands still
 * otherwise; gives the counts of skipped passes, 0 for a pass after which none was. Waits
 * are real, and no longer than the interval.
 */
async function skippedAfter(
  endsMs: readonly number[],
  { firstDelayMs = 0 } = {},
): Promise<number[]> {
  const stopping = new AbortController();
  const skipped: number[] = [];
  let nowMs = 0;
  await runOnSchedule({
    intervalMs: INTERVAL_MS,
    firstDelayMs,
    timing: { ...realTiming, now: () => nowMs },
    signal: stopping.signal,
    onSkipped: (count) => skipped[skipped.length - 1] = count,
  }, () => {
    nowMs = endsMs[skipped.length] ?? 0;
    skipped.push(0);
    if (skipped.length === endsMs.length) stopping.abort();
    return Promise.resolve();
  });
  return skipped;
}

Deno.test("runOnSchedule() skips the passes that were due while one was running", async () => {
  const table: [number, number[], number[]][] = [
    [0, [1, 11, 21], [0, 0, 0]],
    // Ready just when the next is due, and just after that.
    [0, [10, 20, 30], [0, 0, 0]],
    [0, [10.5, 21], [1, 0]],
    [0, [11], [1]],
    [0, [20], [1]],
    [0, [20.5], [2]],
    [0, [1_000_000], [99_999]],
    // The phase stays: after any delay, the next is due at a multiple of the interval.
    [0, [25, 40, 40.5], [2, 0, 0]],
    [0, [25, 40.5, 51], [2, 1, 0]],
    [3, [4, 23.5, 34], [0, 1, 0]],
    [3, [13, 13.5, 33.5], [0, 0, 1]],
  ];
  for (const [firstDelayMs, endsMs, skipped] of table) {
    assertEquals(await skippedAfter(endsMs, { firstDelayMs }), skipped, JSON.stringify(endsMs));
  }
});

Deno.test("runOnSchedule() accounts for every pass that is due, as run or as skipped", async () => {
  // Half milliseconds stay away from the moments when a pass is due.
  const durations = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(durations, async (durationsMs) => {
      const endsMs: number[] = [];
      let dueMs = 0;
      const expected = durationsMs.map((durationMs) => {
        const endMs = dueMs + durationMs + 0.5;
        endsMs.push(endMs);
        dueMs = Math.ceil(endMs / INTERVAL_MS) * INTERVAL_MS;
        return Math.floor((durationMs + 0.5) / INTERVAL_MS);
      });
      assertEquals(await skippedAfter(endsMs), expected);
    }),
    { numRuns: 20 },
  );
});

Deno.test("runOnSchedule() never runs two passes at once", async () => {
  const stopping = new AbortController();
  let [running, most, passes] = [0, 0, 0];
  await runOnSchedule({
    intervalMs: 0.001,
    firstDelayMs: 0,
    timing: realTiming,
    signal: stopping.signal,
    onSkipped() {},
  }, async () => {
    most = Math.max(most, ++running);
    // Many times as long as the loop would wait for the next.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    if (++passes === 5) stopping.abort();
  });
  assertEquals([most, passes], [1, 5]);
});

Deno.test("runOnSchedule() ends as soon as its signal aborts, however long the wait", async () => {
  const stopping = new AbortController();
  let passes = 0;
  const running = runOnSchedule({
    intervalMs: 3_600_000,
    firstDelayMs: 3_600_000,
    timing: realTiming,
    signal: stopping.signal,
    onSkipped() {},
  }, () => Promise.resolve(void passes++));
  stopping.abort();
  await running;
  assertEquals(passes, 0);
});

Deno.test("runOnSchedule() runs nothing once its signal has aborted", async () => {
  let passes = 0;
  await runOnSchedule({
    intervalMs: 1,
    firstDelayMs: 0,
    timing: { ...realTiming, now: () => 0 },
    signal: AbortSignal.abort(),
    onSkipped() {},
  }, () => Promise.resolve(void passes++));
  assertEquals(passes, 0);
});

Deno.test("spread() divides an interval evenly among all who have it", () => {
  assertEquals(spread([]), []);
  assertEquals(spread([4_000]), [0]);
  assertEquals(spread([4_000, 4_000, 4_000, 4_000]), [0, 1_000, 2_000, 3_000]);
  assertEquals(spread(Array(1_000).fill(4_000)).map((ms) => ms % 4), Array(1_000).fill(0));
});

Deno.test("spread() starts nobody later than within its first interval, and no two alike", () => {
  const intervals = fc.array(fc.integer({ min: 100, max: 86_400_000 }), { minLength: 1 });
  fc.assert(fc.property(intervals, (intervalsMs) => {
    for (const [index, delayMs] of spread(intervalsMs).entries()) {
      assert(delayMs >= 0 && delayMs < intervalsMs[index]!);
    }
    const phases = spread(intervalsMs).map((ms, index) => ms / intervalsMs[index]!);
    assertEquals(new Set(phases.map((phase) => phase.toFixed(6))).size, intervalsMs.length);
  }));
});
