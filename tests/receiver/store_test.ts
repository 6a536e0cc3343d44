import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../receiver/store.ts";
import { failure, snapshot } from "./pushes.ts";

const A = { job: "a", instance: "b:c" };
const B = { job: "a:b", instance: "c" };
const LIMITS = { maxTargets: 10, maxMemoryBytes: 100, forgetAfterMs: 5_000 };
const TTL_MS = 1_000;

Deno.test("MemoryStore.read() returns the newest push of the target, and of no other", () => {
  const { store } = start();
  assertEquals(store.read(A), { state: "unknown" });
  store.write(A, snapshot(5));
  store.write(A, snapshot(6));
  assertEquals(store.read(A), { state: "up", snapshot: snapshot(6).content });
  assertEquals(store.read(B), { state: "unknown" });
  store.write(B, failure());
  assertEquals(store.read(B), {
    state: "source_failed",
    cause: "source_refused",
    reason: "refused",
  });
  assertEquals(store.read(A).state, "up");
});

Deno.test("MemoryStore.read() returns nothing past the TTL", () => {
  for (const push of [snapshot(5), failure()]) {
    const { store, clock } = start();
    store.write(A, push);
    const fresh = store.read(A);
    clock.nowMs += TTL_MS;
    assertEquals(store.read(A), fresh);
    clock.nowMs += 0.001;
    assertEquals(store.read(A), {
      state: "silent",
      cause: "sender_silent",
      reason: "last push 1s ago, time to live 1s",
    });
    clock.nowMs += 89_000;
    const reading = store.read(A);
    assertEquals(
      reading.state === "silent" && reading.reason,
      "last push 1m30s ago, time to live 1s",
    );
    store.write(A, push);
    assertEquals(store.read(A), fresh);
  }
});

Deno.test("MemoryStore.write() keeps what is newer by the sender's clock, while it is fresh", () => {
  for (
    const [stored, pushed, afterMs, result] of [
      [1_000, 999.9, 0, "outdated"],
      [1_000, 1_000, 0, "stored"],
      [1_000, 1_001, 0, "stored"],
      [1_000, undefined, 0, "stored"],
      [undefined, 1, 0, "stored"],
      [1_000, 999, TTL_MS, "outdated"],
      [1_000, 999, TTL_MS + 1, "stored"],
    ] as const
  ) {
    const { store, clock } = start();
    store.write(A, { ...snapshot(5), scrapedAtMs: stored });
    clock.nowMs += afterMs;
    const before = store.read(A);
    const next = { ...snapshot(6), scrapedAtMs: pushed };
    const what = `${pushed} after ${stored}, ${afterMs} ms later`;
    assertEquals(store.write(A, next), { ok: true, result }, what);
    const expected = result === "stored" ? { state: "up", snapshot: next.content } : before;
    assertEquals(store.read(A), expected as typeof before, what);
  }
});

Deno.test("MemoryStore.write() keeps what a restart brought back, as long as it is newer and fresh", () => {
  const { store, clock } = start();
  const push = { ...snapshot(5), scrapedAtMs: 1_000 };
  store.restore({ target: A, push, receivedAtMs: clock.nowMs });
  const older = { ...snapshot(6), scrapedAtMs: 999, sender: { ...push.sender, token: "other" } };
  assertEquals([store.owner(A), store.write(A, older)], [
    "test",
    { ok: true, result: "outdated" },
  ]);
  clock.nowMs += TTL_MS + 1;
  assertEquals([store.owner(A), store.write(A, older)], [
    undefined,
    { ok: true, result: "stored" },
  ]);
  assertEquals(store.owner(A), "other");
});

Deno.test("MemoryStore.write() an outdated push does not lengthen what is stored", () => {
  const { store, clock } = start();
  store.write(A, { ...snapshot(5), scrapedAtMs: 10 });
  clock.nowMs += TTL_MS;
  store.write(A, { ...snapshot(5), scrapedAtMs: 9 });
  clock.nowMs += 1;
  assertEquals(store.read(A).state, "silent");
});

Deno.test("MemoryStore.delete() forgets a target, and says whether it was known", () => {
  const { store } = start();
  store.write(A, snapshot(5));
  assertEquals([store.delete(B), store.delete(A), store.delete(A)], [false, true, false]);
  assertEquals([store.read(A).state, store.bodyBytes], ["unknown", 0]);
});

Deno.test("MemoryStore.sweep() frees silent bodies, and later forgets their targets", () => {
  for (
    const [afterMs, state, bodyBytes] of [
      [TTL_MS, "up", 5],
      [TTL_MS + 1, "silent", 0],
      [TTL_MS + LIMITS.forgetAfterMs, "silent", 0],
      [TTL_MS + LIMITS.forgetAfterMs + 1, "unknown", 0],
    ] as const
  ) {
    const { store, clock } = start();
    store.write(A, snapshot(5));
    store.write(B, failure());
    clock.nowMs += afterMs;
    const before = store.read(A);
    store.sweep();
    store.sweep();
    assertEquals([store.read(A).state, store.bodyBytes], [state, bodyBytes], `${afterMs} ms`);
    assertEquals(store.read(B).state, state === "up" ? "source_failed" : state);
    if (state !== "unknown") assertEquals(store.read(A), before, "sweeping shows");
  }
});

Deno.test("MemoryStore.noteRefusal() explains a later silence until the next push", () => {
  const { store, clock } = start();
  store.write(A, snapshot(5));
  store.noteRefusal(A, { token: "test", detail: "too large" });
  store.noteRefusal(B, { token: "test", detail: "too large" });
  assertEquals([store.read(A).state, store.read(B).state], ["up", "unknown"]);
  clock.nowMs += TTL_MS + 1;
  const silent = {
    state: "silent",
    cause: "push_refused",
    reason: "too large; last push 1s ago, time to live 1s",
  } as const;
  assertEquals(store.read(A), silent);
  store.sweep();
  assertEquals(store.read(A), silent);
  store.write(A, snapshot(5));
  clock.nowMs += TTL_MS + 1;
  const reading = store.read(A);
  assertEquals(reading.state === "silent" && reading.cause, "sender_silent");
});

Deno.test("MemoryStore.countStates() counts every known target once", () => {
  const { store, clock } = start();
  assertEquals(store.countStates(), { up: 0, source_failed: 0, silent: 0 });
  store.write({ job: "old", instance: "1" }, snapshot(1));
  store.write({ job: "old", instance: "2" }, failure());
  clock.nowMs += TTL_MS + 1;
  store.write(A, snapshot(1));
  store.write(B, failure());
  assertEquals(store.countStates(), { up: 1, source_failed: 1, silent: 2 });
  store.sweep();
  assertEquals(store.countStates(), { up: 1, source_failed: 1, silent: 2 });
});

function start() {
  const clock = { nowMs: 0 };
  return { clock, store: new MemoryStore(LIMITS, { now: () => clock.nowMs }) };
}
