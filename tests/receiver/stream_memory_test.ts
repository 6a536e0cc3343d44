// What all streams may hold together.

import { assertEquals } from "@std/assert";
import { StreamMemory } from "../../receiver/stream/memory.ts";
import { snapshotFrame, StreamRoom, targetFrame } from "./stream_room.ts";

Deno.test("bases are kept while there is room, and go when bodies need it, the oldest first", () => {
  const memory = new StreamMemory(100);
  const dropped: string[] = [];
  const bases = (name: string, bytes: number) => {
    if (memory.forBases.take(bytes)) {
      memory.add({
        clear: () => {
          dropped.push(name);
          memory.forBases.give(bytes);
        },
      });
    } else dropped.push(`no ${name}`);
  };
  bases("a", 40);
  bases("b", 40);
  bases("c", 40);
  assertEquals([dropped, memory.usedBytes], [["no c"], 80]);
  const one = memory.forBodies("one");
  assertEquals([one.take(20), memory.usedBytes], [true, 100]);
  assertEquals([one.take(30), dropped, memory.usedBytes], [true, ["no c", "a"], 90]);
  assertEquals(one.take(30), false, "one token gets three quarters");
  assertEquals(memory.forBodies("other").take(50), true);
  one.give(50);
  assertEquals([one.take(50), memory.usedBytes], [true, 100]);
});

Deno.test("a delta whose base was dropped is asked for again, whole, and nothing is lost", async () => {
  using room = new StreamRoom({ maxMemoryBytes: 1_000 });
  const stream = await room.greeted();
  const delta = snapshotFrame("", { encoding: "delta", payload: new Uint8Array([1, 2, 3]) });
  await stream.say(targetFrame(), snapshotFrame("x"), { ...delta, sentBytes: 3 });
  const [refused] = stream.take().filter(({ type }) => type === "refused");
  assertEquals(refused?.type === "refused" && [refused.number, refused.status, refused.reason], [
    2,
    412,
    "no_base",
  ]);
  room.nowMs += 10_001;
  assertEquals(await room.scrape(), {
    ...{ state: "silent", cause: "sender_silent" },
    reason: "last push 10s ago, time to live 10s",
  });
});

Deno.test("a body that takes too long is refused, and the rest of it passed over", async () => {
  using room = new StreamRoom({ bodyTimeoutMs: 3_000 });
  const stream = await room.greeted();
  const whole = snapshotFrame("abcdef");
  await stream.say(targetFrame(), { ...whole, payload: whole.payload.slice(0, 3) });
  assertEquals(room.streams.memoryBytes, 6);
  room.nowMs += 3_000;
  room.streams.tick();
  assertEquals(stream.take(), [{
    ...{ type: "refused", number: 1, status: 408, reason: "too_slow", retryAfterS: 0 },
    detail: "body took longer than 3s",
  }]);
  assertEquals(room.streams.memoryBytes, 0);
  await stream.say({ type: "abort", number: 1 }, snapshotFrame("x 1\n"));
  assertEquals([stream.closed, (await room.scrape()).state], [undefined, "up"]);
});
