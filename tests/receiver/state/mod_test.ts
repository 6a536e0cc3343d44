import { assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { KeptState } from "../../../receiver/state/mod.ts";
import { MemoryStore } from "../../../receiver/store.ts";
import { FakeTimers } from "../../fakes/fake_timers.ts";
import { MemoryDisk } from "../../fakes/memory_disk.ts";
import { RecordedLog } from "../../fakes/recorded_log.ts";
import { snapshot } from "../pushes.ts";

const LIMITS = { maxTargets: 10, maxMemoryBytes: 100_000, forgetAfterMs: 60_000 };
const TARGET = { job: "a", instance: "b" };

/** A store that is kept on this disk, on timers and clocks of the test's. */
class Room implements Disposable {
  readonly timers = new FakeTimers();
  readonly log = new RecordedLog();
  readonly registry = new Registry();
  readonly store: MemoryStore;
  readonly state: KeptState;
  #nowMs = 0;

  constructor(disk: MemoryDisk, wallMs = 1_000_000, limits = LIMITS) {
    const now = () => this.#nowMs;
    const clock = () => wallMs + this.#nowMs;
    const { log, registry } = this;
    let state: KeptState | undefined;
    this.store = new MemoryStore(limits, { now, changed: (key) => state?.changed(key) });
    this.state = state = new KeptState({ disk, store: this.store, log, registry, now, clock });
  }

  /** Lets time pass, and what is due run to its end. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms;
    this.timers.advance(ms);
    await settle();
  }

  async metric(name: string): Promise<number[]> {
    const { values } = await this.registry.getSingleMetric(`prompipe_receiver_state_${name}`)!
      .get();
    return values.map(({ value }) => value);
  }

  /** Every event that was logged, with its fields. */
  get said(): unknown[] {
    return this.log.events.map(({ event, fields }) => ({ event, ...fields }));
  }

  [Symbol.dispose](): void {
    this.timers[Symbol.dispose]();
  }
}

/** A disk in memory takes no time, but turns of the loop. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await Promise.resolve();
}

const STARTED = {
  event: "state loaded",
  ...{ directory: "/state", targets: 0, dropped: 0, cut: false, took: "0s" },
};

Deno.test("KeptState writes what changed within a second, and what is left when it stops", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  room.store.write(TARGET, snapshot(1));
  await room.pass(999);
  assertEquals(disk.files.size, 0);
  await room.pass(1);
  assertEquals(disk.files.size, 1);
  assertEquals(await room.metric("writes_total"), [1, 0]);
  assertEquals(await room.metric("last_write_timestamp_seconds"), [1_001]);
  assertEquals(await room.metric("bytes"), [disk.files.get(1)!.bytes.length]);

  room.store.write(TARGET, snapshot(5));
  await room.state.stop();
  assertEquals([disk.isClosed, room.timers.running], [true, 0]);
  assertEquals(room.said, [STARTED]);
  using later = new Room(disk.reopened(), 1_001_500);
  assertEquals(later.store.bodyBytes, 5);
  assertEquals(later.state.isWhole, true);
  await later.state.stop();
});

Deno.test("KeptState warns of targets that there is no room for any more, and names the option", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  for (const instance of ["a", "b", "c"]) room.store.write({ job: "x", instance }, snapshot(9));
  await room.state.stop();
  const warnings = async (limits: Partial<typeof LIMITS>) => {
    using later = new Room(disk.reopened(), 1_000_100, { ...LIMITS, ...limits });
    await later.state.stop();
    return later.log.events.filter(({ level }) => level === "warn").map(({ fields }) => fields);
  };
  const directory = "/state";
  assertEquals(await warnings({}), []);
  assertEquals(await warnings({ maxTargets: 1 }), [
    { directory, targets: 2, raise: "--max-targets" },
  ]);
  assertEquals(await warnings({ maxMemoryBytes: 20 }), [
    { directory, targets: 1, raise: "--max-memory" },
  ]);
});

Deno.test("KeptState loses nothing that changes while its last pass runs", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  const gate = Promise.withResolvers<void>();
  disk.gate = gate.promise;
  room.store.write(TARGET, snapshot(1));
  await room.pass(1_000);
  room.store.write(TARGET, snapshot(2));
  const stopped = room.state.stop();
  gate.resolve();
  await stopped;
  using later = new Room(disk.reopened(), 1_001_500);
  assertEquals(later.store.bodyBytes, 2);
  await later.state.stop();
});

Deno.test("KeptState says once that a disk is full, goes on, and says when it is better", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  disk.freeBytes = 10;
  room.store.write(TARGET, snapshot(1));
  // Tried again after 1, 2, 4 … 60 and 60 s.
  for (const seconds of [1, 1, 2, 4, 8, 16, 32, 60, 60]) await room.pass(seconds * 1_000);
  assertEquals(await room.metric("writes_total"), [0, 9]);
  const failing = {
    event: "state failing",
    directory: "/state",
    reason: "No space left on device",
  };
  assertEquals(room.said, [STARTED, failing]);
  assertEquals(room.store.read(TARGET).state, "silent", "the store goes on by itself");

  disk.freeBytes = Infinity;
  await room.pass(59_999);
  assertEquals(await room.metric("writes_total"), [0, 9]);
  await room.pass(1);
  const recovered = { event: "state recovered", directory: "/state", after: "4m3s", failures: 9 };
  assertEquals(room.said, [STARTED, failing, recovered]);
  assertEquals(await room.metric("writes_total"), [1, 9]);
  await room.pass(1_000);
  assertEquals(await room.metric("writes_total"), [2, 9]);
  await room.state.stop();
});

Deno.test("KeptState.stop() waits 1.5 s for a disk that hangs", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  disk.gate = new Promise(() => {});
  room.store.write(TARGET, snapshot(1));
  const stopped = room.state.stop();
  await room.pass(1_500);
  await stopped;
  assertEquals(room.timers.running, 0);
});

Deno.test("KeptState counts what was damaged, and calls such a list not whole", async () => {
  const disk = new MemoryDisk();
  using room = new Room(disk);
  room.store.write(TARGET, snapshot(1));
  room.store.write({ job: "a", instance: "c" }, snapshot(1));
  await room.state.stop();
  const { bytes } = disk.files.get(1)!;
  bytes[100]! ^= 1;
  using later = new Room(disk.reopened(), 1_001_500);
  assertEquals(await later.metric("damaged_records_total"), [1]);
  assertEquals(later.said, [
    { ...STARTED, targets: 1 },
    { event: "state damaged", directory: "/state", records: 1 },
  ]);
  assertEquals(later.state.isWhole, false);
  await later.state.stop();
});
