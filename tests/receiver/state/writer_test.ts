import { assert, assertEquals } from "@std/assert";
import { loadState } from "../../../receiver/state/load.ts";
import { StateWriter } from "../../../receiver/state/writer.ts";
import { MemoryStore } from "../../../receiver/store.ts";
import { MemoryDisk } from "../../fakes/memory_disk.ts";
import { failure, snapshot } from "../pushes.ts";

const LIMITS = { maxTargets: 100, maxMemoryBytes: 100_000_000, forgetAfterMs: 60_000 };
const OK = { ok: true } as const;
const target = (instance: string | number) => ({ job: "a", instance: String(instance) });

/** A store whose changes are written to a disk. */
function start(disk = new MemoryDisk(), wallMs = 1_000_000) {
  const clock = { nowMs: 0, wallMs };
  let writer: StateWriter | undefined = undefined;
  const store = new MemoryStore(LIMITS, {
    now: () => clock.nowMs,
    changed: (key) => writer?.changed(key),
  });
  const { useless } = loadState(disk, store, clock);
  writer = new StateWriter({
    ...{ disk, store, useless },
    now: () => clock.nowMs,
    clock: () => clock.wallMs,
  });
  return { disk, store, writer, clock };
}

/** Bytes of each target's body that another process would find. */
function onDisk(disk: MemoryDisk): Record<string, number> {
  const { store } = start(disk.reopened());
  return Object.fromEntries(
    [...store.statuses()].map(({ target, unpackedBytes = -1 }) =>
      [target.instance, unpackedBytes] as const
    ).sort(),
  );
}

Deno.test("StateWriter.flush() writes what changed, and nothing without a change", async () => {
  const { disk, store, writer } = start();
  assertEquals(await writer.flush(), OK);
  assertEquals(disk.files.size, 0);
  store.write(target("x"), snapshot(1));
  store.write(target("y"), failure());
  store.write(target("x"), snapshot(2));
  assertEquals(await writer.flush(), OK);
  assertEquals(onDisk(disk), { x: 2, y: -1 });
  const { bytes } = writer;
  assertEquals(bytes, disk.files.get(1)!.bytes.length);
  await writer.flush();
  assertEquals(writer.bytes, bytes);
  store.delete(target("x"));
  await writer.flush();
  assertEquals(onDisk(disk), { y: -1 });
});

Deno.test("StateWriter.flush() keeps the age of a push, however late it is written", async () => {
  const { disk, store, writer, clock } = start();
  store.write(target("x"), snapshot(1));
  clock.nowMs += 300;
  clock.wallMs += 300;
  await writer.flush();
  const { store: later } = start(disk.reopened(), clock.wallMs + 200);
  assertEquals([...later.statuses()].map(({ ageMs }) => ageMs), [500]);
});

Deno.test("StateWriter.flush() leaves to the next pass what changes while it runs", async () => {
  const { disk, store, writer } = start();
  const gate = Promise.withResolvers<void>();
  disk.gate = gate.promise;
  store.write(target("x"), snapshot(1));
  const flushed = writer.flush();
  // Its record is made by the time that the segment is there.
  while (disk.files.size === 0) await Promise.resolve();
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  store.write(target("x"), snapshot(2));
  store.write(target("y"), snapshot(3));
  gate.resolve();
  assertEquals(await flushed, OK);
  assertEquals(onDisk(disk), { x: 1 });
  await writer.flush();
  assertEquals(onDisk(disk), { x: 2, y: 3 });
});

Deno.test("StateWriter takes over from the segments of earlier processes, and removes them", async () => {
  const first = start();
  for (let i = 0; i < 20; i++) first.store.write(target(i), snapshot(i));
  await first.writer.flush();
  const expected = onDisk(first.disk);

  const { disk, store, writer } = start(first.disk.reopened());
  store.delete(target(19));
  store.write(target(0), snapshot(50));
  delete expected[19];
  expected[0] = 50;
  let passes = 0;
  for (; disk.files.has(1); passes++) {
    assertEquals(await writer.flush(), OK);
    assertEquals(onDisk(disk), expected, `after pass ${passes}`);
    assert(passes < 10);
  }
  assert(passes > 1, "all at once");
  assertEquals([...disk.files.keys()], [2]);
});

Deno.test("StateWriter goes on where a crash ended it, so that many leave nothing behind", async () => {
  const first = start();
  for (let i = 0; i < 20; i++) first.store.write(target(i), snapshot(1_000));
  await first.writer.flush();
  let { disk } = first;
  for (let crashes = 0; crashes < 50; crashes++) {
    const next = start(disk.reopened());
    await next.writer.flush();
    disk = next.disk;
    assert(next.writer.bytes < 3 * first.writer.bytes, `${next.writer.bytes} bytes`);
    assertEquals(Object.keys(onDisk(disk)).length, 20);
  }
});

Deno.test("StateWriter.flush() leaves nothing to a power cut, not even while segments change", async () => {
  const first = start();
  for (let i = 0; i < 20; i++) first.store.write(target(i), snapshot(i));
  await first.writer.flush();
  const { disk, store, writer } = start(first.disk.afterPowerCut("as synced"));
  for (let pass = 0; pass < 12; pass++) {
    store.write(target(pass), snapshot(100 + pass));
    store.delete(target(19 - pass));
    assertEquals(await writer.flush(), OK);
    const expected = onDisk(disk);
    for (const folder of ["as synced", "as it is"] as const) {
      assertEquals(onDisk(disk.afterPowerCut(folder)), expected, `pass ${pass}, folder ${folder}`);
    }
  }
  assertEquals([...disk.files.keys()], [2]);
});

Deno.test("StateWriter begins a new segment at twice what is in the store and 8 MiB", async () => {
  const { disk, store, writer } = start();
  for (let i = 0; i < 8; i++) store.write(target(i), snapshot(100_000 + i));
  await writer.flush();
  let most = 0;
  for (let pass = 0; pass < 40; pass++) {
    // Half of them are pushed again, the others have to be copied.
    for (let i = 0; i < 4; i++) store.write(target(i), snapshot(100_000 + pass));
    assertEquals(await writer.flush(), OK);
    most = Math.max(most, writer.bytes);
  }
  assert(![...disk.files.keys()].includes(1), "the first segment is still there");
  assert(most < 4 * store.bodyBytes + 2 * (8 << 20), `${most} bytes`);
  assertEquals(Object.keys(onDisk(disk)).length, 8);
});

Deno.test("StateWriter.flush() says why it failed, and writes everything once it can", async () => {
  for (const call of ["create", "write", "sync", "folder"] as const) {
    const { disk, store, writer } = start();
    store.write(target("x"), snapshot(1));
    store.write(target("gone"), snapshot(1));
    if (call === "write" || call === "sync") await writer.flush();
    disk.broken.add(call);
    store.write(target("y"), snapshot(2));
    for (let tries = 0; tries < 3; tries++) {
      assertEquals(await writer.flush(), { ok: false, reason: "Input/output error" });
      store.write(target("z"), snapshot(10 + tries));
      store.delete(target("gone"));
    }
    assert(disk.files.size <= 1, `${call}: attempts that failed are left behind`);
    disk.broken.clear();
    assertEquals(await writer.flush(), OK);
    assertEquals(onDisk(disk), { x: 1, y: 2, z: 12 }, call);
    assertEquals(onDisk(disk.afterPowerCut("as synced")), { x: 1, y: 2, z: 12 }, call);
    assertEquals([disk.files.size, disk.writing], [1, 1], call);
    store.write(target("x"), snapshot(7));
    await writer.flush();
    assertEquals(onDisk(disk), { x: 7, y: 2, z: 12 }, call);
  }
});

Deno.test("StateWriter.flush() keeps what was written before a disk is full", async () => {
  const { disk, store, writer } = start();
  store.write(target("x"), snapshot(1_000));
  await writer.flush();
  disk.freeBytes = 1_500;
  store.write(target("x"), snapshot(2_000));
  for (let tries = 0; tries < 3; tries++) {
    assertEquals(await writer.flush(), { ok: false, reason: "No space left on device" });
    assertEquals(onDisk(disk), { x: 1_000 });
  }
  disk.freeBytes = 10_000;
  assertEquals(await writer.flush(), OK);
  assertEquals(onDisk(disk), { x: 2_000 });
});

Deno.test("StateWriter.flush() goes on writing where an older segment can't be removed", async () => {
  const first = start();
  first.store.write(target("x"), snapshot(1));
  await first.writer.flush();
  const { disk, store, writer } = start(first.disk.reopened());
  disk.broken.add("remove");
  assertEquals(await writer.flush(), { ok: false, reason: "Input/output error" });
  store.write(target("x"), snapshot(2));
  assertEquals((await writer.flush()).ok, false);
  assertEquals(onDisk(disk), { x: 2 });
  disk.broken.clear();
  assertEquals(await writer.flush(), OK);
  assertEquals([...disk.files.keys()], [2]);
});

Deno.test("StateWriter notes no changes while the disk fails: all is written anew", async () => {
  const { disk, store, writer } = start();
  const comeAndGo = () => {
    store.write(target("passing"), snapshot(1));
    store.delete(target("passing"));
  };
  store.write(target("x"), snapshot(1));
  disk.broken.add("sync");
  const gate = Promise.withResolvers<void>();
  disk.gate = gate.promise;
  const flushed = writer.flush();
  while (disk.files.size === 0) await Promise.resolve();
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  comeAndGo();
  gate.resolve();
  assertEquals((await flushed).ok, false);
  comeAndGo();
  disk.broken.clear();
  assertEquals(await writer.flush(), OK);
  const written = [...disk.files.values()].map(({ bytes }) => new TextDecoder().decode(bytes));
  assert(!written.join().includes("passing"), "a target that came and went");
  assertEquals(onDisk(disk), { x: 1 });
});
