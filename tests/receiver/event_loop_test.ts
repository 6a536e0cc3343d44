import { assertEquals } from "@std/assert";
import { watchEventLoop } from "../../receiver/event_loop.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";

Deno.test("watchEventLoop() tells how late each second came, until it is stopped", () => {
  using timers = new FakeTimers();
  let nowMs = 0;
  const delays: number[] = [];
  const stop = watchEventLoop(() => nowMs, (delayMs) => delays.push(delayMs));
  for (const atMs of [1_000, 2_000.5, 5_000.5, 5_900]) {
    nowMs = atMs;
    timers.advance(1_000);
  }
  assertEquals(delays, [0, 0.5, 2_000, 0]);
  stop();
  assertEquals(timers.running, 0);
});
