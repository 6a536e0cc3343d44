import { assertEquals } from "@std/assert";
import { targetKey } from "../../../protocol/mod.ts";
import { loadState } from "../../../receiver/state/load.ts";
import type { Push } from "../../../receiver/push.ts";
import { MemoryStore } from "../../../receiver/store.ts";
import { MemoryDisk } from "../../fakes/memory_disk.ts";
import { failure, snapshot } from "../pushes.ts";
import { joined, MARKER, recordBytes } from "./segments.ts";

/** Now, on both clocks. */
const NOW_MS = 50_000;
const WALL_MS = 1_000_000;
const TTL_MS = 1_000;
const LIMITS = { maxTargets: 10, maxMemoryBytes: 1_000, forgetAfterMs: 5_000 };

const target = (instance: string) => ({ job: "a", instance });

/** A record of a push so many milliseconds ago. */
function pushed(instance: string, agoMs: number, push: Push = snapshot(3)) {
  return recordBytes({ target: target(instance), push, receivedAtMs: WALL_MS - agoMs });
}

const gone = (instance: string) => recordBytes(targetKey(target(instance)));

/** Loads these segments into a store. */
function load(segments: readonly Uint8Array[][], limits: Partial<typeof LIMITS> = {}) {
  const files = segments.map((records, index) =>
    [index + 1, { marker: MARKER, bytes: joined(records) }] as const
  );
  const store = new MemoryStore({ ...LIMITS, ...limits }, { now: () => NOW_MS });
  const disk = new MemoryDisk(new Map(files));
  const loaded = loadState(disk, store, { nowMs: NOW_MS, wallMs: WALL_MS });
  const useless = loaded.useless.map(({ number }) => number);
  const known = [...store.targets()].map(({ target }) => target.instance).sort();
  return { store, known, loaded: { ...loaded, useless } };
}

Deno.test("loadState() gives back what was pushed, with its age", () => {
  const { store, loaded } = load([[pushed("x", 400), pushed("y", 900, failure())]]);
  assertEquals(loaded, {
    ...{ targets: 2, dropped: 0, crowdedOut: { too_many: 0, too_large: 0 } },
    ...{ damaged: 0, cut: false, useless: [] },
  });
  assertEquals(store.read(target("x")), { state: "up", snapshot: snapshot(3).content });
  assertEquals(store.read(target("y")).state, "source_failed");
  assertEquals([...store.statuses()].map(({ ageMs }) => ageMs), [400, 900]);
});

Deno.test("loadState() lets what was stale stay stale, without its body", () => {
  const { store } = load([[pushed("x", TTL_MS), pushed("y", TTL_MS + 1)]]);
  assertEquals(store.read(target("x")).state, "up");
  assertEquals(store.read(target("y")), {
    state: "silent",
    cause: "sender_silent",
    reason: "last push 1s ago, time to live 1s",
  });
  assertEquals(store.bodyBytes, 3);
});

Deno.test("loadState() takes a push from the future for silent, not for fresh", () => {
  const { store } = load([[pushed("x", -1)]]);
  assertEquals(store.read(target("x")).state, "silent");
});

Deno.test("loadState() forgets a target that was silent for too long", () => {
  const longMs = TTL_MS + LIMITS.forgetAfterMs;
  const { known, loaded } = load([[pushed("x", longMs), pushed("y", longMs + 1)]]);
  assertEquals(known, ["x"]);
  assertEquals([loaded.targets, loaded.dropped], [1, 1]);
});

Deno.test("loadState() takes the last record of a target, of all segments", () => {
  const { store, known, loaded } = load([
    [pushed("x", 9, snapshot(1)), pushed("gone", 9), pushed("back", 9)],
    [pushed("x", 8, snapshot(2)), gone("gone"), gone("back")],
    [pushed("back", 7, snapshot(5)), pushed("x", 7, snapshot(4))],
  ]);
  assertEquals(known, ["back", "x"]);
  assertEquals(store.bodyBytes, 9);
  assertEquals(loaded.useless, [1]);
});

Deno.test("loadState() falls back to an older record where the last is damaged, and says so", () => {
  const damaged = pushed("x", 8, snapshot(2));
  damaged[100]! ^= 1;
  const { store, loaded } = load([[pushed("x", 9, snapshot(1)), damaged, pushed("y", 1)]]);
  assertEquals([loaded.targets, loaded.dropped, loaded.damaged, loaded.cut], [2, 0, 1, false]);
  assertEquals(store.read(target("x")), { state: "up", snapshot: snapshot(1).content });
});

Deno.test("loadState() takes no more than there is room for", () => {
  const records = ["x", "y", "z"].map((instance) => pushed(instance, 1));
  const few = load([records], { maxTargets: 1 }).loaded;
  assertEquals([few.targets, few.dropped, few.crowdedOut], [1, 0, { too_many: 2, too_large: 0 }]);
  const small = load([records], { maxMemoryBytes: 8 }).loaded;
  assertEquals([small.targets, small.crowdedOut], [2, { too_many: 0, too_large: 1 }]);
});

Deno.test("loadState() finds nothing in no segment, and in an empty one", () => {
  assertEquals(load([]).loaded.targets, 0);
  assertEquals(load([[]]).loaded.useless, [1]);
});
