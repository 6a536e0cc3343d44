// What all streams may hold together.

import { assertEquals } from "@std/assert";
import { StreamMemory } from "../../receiver/stream/memory.ts";
import { snapshotFrame, StreamRoom, targetFrame } from "./stream_room.ts";

/** Of a channel that says no more than the names `a` and `b`. */
const CHANNEL_BYTES = 1_028;

Deno.test("bases are kept while there is room, and go when it is needed, the oldest first", () => {
  const memory = new StreamMemory(100);
  const dropped: string[] = [];
  const keep = (name: string, bytes: number) => {
    const room = memory.spare(name);
    if (!room.take(bytes)) return void dropped.push(`no ${name}`);
    const bases = {
      clear() {
        dropped.push(name);
        memory.delete(bases);
        room.give(bytes);
      },
    };
    memory.add(bases, name);
  };
  keep("a", 40);
  keep("b", 40);
  keep("c", 40);
  assertEquals([dropped, memory.usedBytes], [["no c"], 80]);
  const one = memory.needed("one");
  assertEquals([one.take(20), memory.usedBytes], [true, 100]);
  assertEquals([one.take(30), dropped, memory.usedBytes], [true, ["no c", "a"], 90]);
  assertEquals(one.take(30), false, "one token gets three quarters");
  assertEquals(
    [dropped, memory.usedBytes],
    [["no c", "a"], 90],
    "and drives out no others for more",
  );
  assertEquals(memory.needed("other").take(50), true);
  one.give(50);
  assertEquals([one.take(50), memory.usedBytes], [true, 100]);
});

Deno.test("what there is no memory for is refused where it is a body, and else closes the stream", async () => {
  // Three channels and little more: of 4,800 bytes, a token gets 3,600.
  using room = new StreamRoom({ maxStreamBytes: 4_800 });
  const stream = await room.greeted();
  await stream.say(
    ...[0, 1, 2].map((channel) => targetFrame({ channel, instance: `b${channel}` })),
  );
  const half = { ...snapshotFrame("x".repeat(1_000)), payload: new Uint8Array(500) };
  await stream.say(half);
  assertEquals(stream.take().map((frame) => frame.type === "refused" && frame.status), [507]);
  await stream.say({ type: "abort", number: 1 }, snapshotFrame("x".repeat(400), { keep: true }));
  assertEquals([stream.closed, room.streams.memoryBytes > 3_400], [undefined, true]);
  await stream.say(snapshotFrame("y".repeat(800), { channel: 1, keep: true }));
  assertEquals(stream.closed, {
    code: 4507,
    reason: "no memory is left for the bases of its deltas",
  });
  assertEquals(room.pushed.length, 2, "what closed it is stored and acknowledged all the same");
  assertEquals(stream.take().at(-1)?.type, "ack");
  assertEquals(room.streams.memoryBytes, 0);

  const other = await room.greeted();
  await other.say(
    ...[0, 1, 2, 3].map((channel) => targetFrame({ channel, instance: `b${channel}` })),
  );
  assertEquals(other.closed, { code: 4507, reason: "no memory is left for its targets" });
  assertEquals([room.closed, room.streams.memoryBytes], [[4507, 4507], 0]);
  const told = room.log.events.filter(({ event }) => event === "stream without memory");
  assertEquals(told.map(({ level, fields }) => [level, fields["reason"]]), [
    ["warn", "no memory is left for the bases of its deltas"],
    ["warn", "no memory is left for its targets"],
  ]);
});

Deno.test("a delta whose base was dropped is asked for again, whole, and nothing is lost", async () => {
  using room = new StreamRoom();
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
  assertEquals(room.streams.memoryBytes, CHANNEL_BYTES + 6);
  room.nowMs += 3_000;
  room.streams.tick();
  assertEquals(stream.take(), [{
    ...{ type: "refused", number: 1, status: 408, reason: "too_slow", retryAfterS: 0 },
    detail: "body took longer than 3s",
  }]);
  assertEquals(room.streams.memoryBytes, CHANNEL_BYTES);
  await stream.say({ type: "abort", number: 1 }, snapshotFrame("x 1\n"));
  assertEquals([stream.closed, (await room.scrape()).state], [undefined, "up"]);
});
