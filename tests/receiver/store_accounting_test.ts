// The store's books, after any sequence of operations.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Push } from "../../receiver/push.ts";
import { MemoryStore } from "../../receiver/store.ts";
import { failure, snapshot } from "./pushes.ts";

const LIMITS = { maxTargets: 3, maxMemoryBytes: 100, forgetAfterMs: 2_000 };
const TARGETS = ["a", "b", "c", "d", "__proto__"].map((job) => ({ job, instance: "x" }));

type Step =
  | { readonly do: "write"; readonly target: number; readonly push: Push }
  | { readonly do: "delete" | "refuse"; readonly target: number }
  | { readonly do: "sweep" }
  | { readonly do: "wait"; readonly ms: number };

const target = fc.nat({ max: TARGETS.length - 1 });
const push = fc.record({
  bytes: fc.option(fc.nat({ max: 120 }), { nil: undefined }),
  ttlMs: fc.constantFrom(500, 1_000, 1_500),
  scrapedAtMs: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
}).map(({ bytes, ...rest }): Push => ({
  ...(bytes === undefined ? failure() : snapshot(bytes)),
  ...rest,
}));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("write" as const), target, push }) },
  fc.record({ do: fc.constantFrom("delete" as const, "refuse" as const), target }),
  fc.record({ do: fc.constant("sweep" as const) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 500, 1_000, 2_500) }),
);
const steps = fc.array(step, { maxLength: 30 });

Deno.test("MemoryStore.bodyBytes is the sum of the live bodies once silent ones are swept", () => {
  fc.assert(fc.property(steps, (steps) => {
    const room = start();
    steps.forEach(room.take);
    room.store.sweep();
    assertEquals(room.store.bodyBytes, room.liveBytes());
  }));
});

Deno.test("MemoryStore never holds more than its limits, nor less than what it serves", () => {
  fc.assert(fc.property(steps, (steps) => {
    const room = start();
    for (const step of steps) {
      room.take(step);
      const { up, source_failed, silent } = room.store.countStates();
      assert(up + source_failed + silent <= LIMITS.maxTargets);
      assert(room.store.bodyBytes <= LIMITS.maxMemoryBytes);
      assert(room.store.bodyBytes >= room.liveBytes());
    }
  }));
});

Deno.test("MemoryStore.bodyBytes is 0 after every target is deleted", () => {
  fc.assert(fc.property(steps, (steps) => {
    const room = start();
    steps.forEach(room.take);
    for (const target of TARGETS) room.store.delete(target);
    assertEquals(room.store.bodyBytes, 0);
    assertEquals(room.store.countStates(), { up: 0, source_failed: 0, silent: 0 });
  }));
});

Deno.test("MemoryStore.write() changes nothing that is served where it refuses or ignores", () => {
  fc.assert(fc.property(steps, target, push, (steps, target, push) => {
    const room = start();
    steps.forEach(room.take);
    const before = room.served();
    const written = room.store.write(TARGETS[target]!, push);
    if (!written.ok || written.result === "outdated") assertEquals(room.served(), before);
    else assertEquals(room.store.read(TARGETS[target]!).state === "up", "body" in push.content);
  }));
});

function start() {
  let nowMs = 0;
  const store = new MemoryStore(LIMITS, { now: () => nowMs });
  const served = () =>
    TARGETS.map((target) => store.read(target)).filter(({ state }) =>
      state === "up" || state === "source_failed"
    );
  const liveBytes = () =>
    served().reduce(
      (sum, reading) => sum + (reading.state === "up" ? reading.snapshot.body.length : 0),
      0,
    );
  const take = (step: Step) => {
    switch (step.do) {
      case "write":
        return void store.write(TARGETS[step.target]!, step.push);
      case "delete":
        return void store.delete(TARGETS[step.target]!);
      case "refuse":
        return store.noteRefusal(TARGETS[step.target]!, { token: "test", detail: "refused" });
      case "sweep":
        return store.sweep();
      case "wait":
        nowMs += step.ms;
    }
  };
  return { store, served, liveBytes, take };
}
