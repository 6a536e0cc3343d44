import { assert, assertEquals } from "@std/assert";
import { HISTORY_MINUTES, HourHistory } from "../../receiver/hour_history.ts";

const MINUTE_MS = 60_000;

/** Pushes `sentBytes` at each time, and reads the hour up to `nowMs`. */
function pushed(times: readonly number[], { nowMs, sentBytes = 1024 }: {
  readonly nowMs: number;
  readonly sentBytes?: number;
}) {
  const history = new HourHistory();
  const slot = history.take();
  let previousMs = times[0]!;
  for (const atMs of times) {
    history.note(slot, { previousMs, nowMs: atMs, sentBytes });
    previousMs = atMs;
  }
  return history.read(slot, previousMs, nowMs);
}

Deno.test("HourHistory.read() knows nothing before the first push", () => {
  for (const firstMs of [0, 90_000, -90_000, 1e9]) {
    const { agesMs, sentBytes } = pushed([firstMs], { nowMs: firstMs });
    assertEquals(agesMs.length, HISTORY_MINUTES);
    assertEquals(agesMs.findIndex((age) => age !== null), HISTORY_MINUTES - 1);
    assertEquals([agesMs.at(-1), sentBytes.at(-1), sentBytes.at(-2)], [0, 1024, null]);
  }
});

Deno.test("HourHistory.read() gives each minute the greatest age that was reached in it", () => {
  const times = [0, 20_000, 25_000, 40_000, 70_000, 250_000];
  const { agesMs, sentBytes } = pushed(times, { nowMs: 255_000 });
  assertEquals(agesMs.slice(-5), [20_000, 50_000, 110_000, 170_000, 180_000]);
  assertEquals(sentBytes.slice(-5), [1024, 1024, 0, 0, 1024]);
});

Deno.test("HourHistory.read() lets the age of a silent target grow until now", () => {
  const { agesMs, sentBytes } = pushed([0], { nowMs: 3.5 * MINUTE_MS });
  assertEquals(agesMs.slice(-5), [null, 60_000, 120_000, 180_000, 210_000]);
  assertEquals(sentBytes.slice(-4), [1024, 0, 0, null]);
});

Deno.test("HourHistory keeps an hour and no more, to three digits", () => {
  const times = Array.from({ length: 900 }, (_, index) => index * 4_000);
  const nowMs = times.at(-1)! + 100 * MINUTE_MS;
  const hour = pushed(times, { nowMs: times.at(-1)! });
  assert(hour.agesMs.every((age) => age === 4_000), "an age was lost or invented");
  const silent = pushed(times, { nowMs });
  assert(silent.agesMs.every((age) => age! > 39 * MINUTE_MS));
  assertEquals(silent.sentBytes, [...Array(HISTORY_MINUTES - 1).fill(0), null]);
  const back = pushed([...times, nowMs], { nowMs });
  assert(back.agesMs.every((age) => age! > 39 * MINUTE_MS), "a minute of two hours ago is left");
  const size = pushed([0], { nowMs: 0, sentBytes: 123_456_789 }).sentBytes.at(-1)!;
  assert(Math.abs(size - 67_076_096) < 1, "too large to be kept is the largest that can be");
});

Deno.test("HourHistory.take() gives what was released, knowing nothing", () => {
  const history = new HourHistory();
  const slots = Array.from({ length: 200 }, () => history.take());
  assertEquals(new Set(slots).size, 200);
  for (const slot of slots) {
    history.note(slot, { previousMs: 0, nowMs: 0, sentBytes: slot });
  }
  for (const slot of slots) assertEquals(history.read(slot, 0, 0).sentBytes.at(-1), slot);
  history.release(slots[3]!);
  assertEquals(history.take(), slots[3]);
  const { sentBytes } = history.read(slots[3]!, -1e9, -1e9);
  assertEquals(sentBytes, Array(HISTORY_MINUTES).fill(null));
});
