import { assertEquals } from "@std/assert";
import { collectGarbage } from "../../cli/collect_garbage.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";

Deno.test("collectGarbage() collects twice a minute, until it is disposed of", () => {
  using timers = new FakeTimers();
  let collected = 0;
  {
    using _collecting = collectGarbage(() => void collected++);
    timers.advance(60_000);
    assertEquals(collected, 2);
  }
  timers.advance(60_000);
  assertEquals([collected, timers.running], [2, 0]);
});

Deno.test("collectGarbage() does nothing where V8 can't be told", () => {
  using timers = new FakeTimers();
  using _collecting = collectGarbage(undefined);
  assertEquals(timers.running, 0);
});
