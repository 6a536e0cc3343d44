import { assert, assertEquals } from "@std/assert";
import { collectGarbage, collectRegularly } from "../../cli/collect_garbage.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";

Deno.test("collectRegularly() collects twice a minute, until it is disposed of", () => {
  using timers = new FakeTimers();
  let collected = 0;
  {
    using _collecting = collectRegularly(() => void collected++);
    timers.advance(60_000);
    assertEquals(collected, 2);
  }
  timers.advance(60_000);
  assertEquals([collected, timers.running], [2, 0]);
});

Deno.test("collectRegularly() does nothing where V8 can't be told", () => {
  using timers = new FakeTimers();
  using _collecting = collectRegularly(undefined);
  assertEquals(timers.running, 0);
});

Deno.test("collectGarbage() frees what nobody has any more", async () => {
  const seen = new WeakRef(new Uint8Array(1_000_000));
  await waitFor(async () => {
    await collectGarbage();
    assert(seen.deref() === undefined, "still there");
  }, { timeoutMs: 5_000, what: "the buffer to go" });
});
