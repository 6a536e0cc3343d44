import { assertEquals } from "@std/assert";
import type { Target } from "../../protocol/mod.ts";
import type { Push } from "../../receiver/push.ts";
import { MemoryStore, type StoreLimits } from "../../receiver/store.ts";
import { failure, snapshot } from "./pushes.ts";

const A = { job: "a", instance: "x" };
const B = { job: "b", instance: "x" };
const LIMITS = { maxTargets: 10, maxMemoryBytes: 100, forgetAfterMs: 5_000 };
const TTL_MS = 1_000;

Deno.test("MemoryStore.write() refuses over the limits, unless what is silent makes room", () => {
  const full = (limits: Partial<StoreLimits>, first: Push, push: Push, target: Target) => {
    const { store, clock } = start(limits);
    store.write(A, first);
    const at = (nowMs: number) => {
      clock.nowMs = nowMs;
      return store.write(target, push);
    };
    return [at(TTL_MS).ok, at(TTL_MS + 1).ok, at(TTL_MS + LIMITS.forgetAfterMs + 1).ok];
  };
  const few = { maxTargets: 1 };
  assertEquals(full(few, failure(), failure(), B), [false, false, true], "targets");
  assertEquals(full({}, snapshot(60), snapshot(41), B), [false, true, true], "memory");
  assertEquals(full({}, snapshot(60), snapshot(40), B), [true, true, true], "just enough");
  assertEquals(full({}, snapshot(60), snapshot(100), A), [true, true, true], "in its own place");
  assertEquals(full({}, snapshot(60), snapshot(101), A), [false, false, false], "too large alone");
  assertEquals(full(few, snapshot(60), failure(), A), [true, true, true], "known already");
});

Deno.test("MemoryStore.write() says which limit is reached", () => {
  const { store } = start({ maxTargets: 1 });
  store.write(A, snapshot(60));
  for (
    const [target, push, reason] of [
      [B, failure(), "no room for another target: 1 known"],
      [A, snapshot(101), "no room for the snapshot: 100B of memory in use"],
    ] as const
  ) assertEquals(store.write(target, push), { ok: false, reason });
});

function start(limits: Partial<StoreLimits>) {
  const clock = { nowMs: 0 };
  return { clock, store: new MemoryStore({ ...LIMITS, ...limits }, { now: () => clock.nowMs }) };
}
