// Snapshots and failures on a stream: kept whole or not at all, and told of.

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { checksum, decodeFrame, encodeFrame, type Frame } from "../../protocol/stream/mod.ts";
import type { Reading } from "../../receiver/snapshot.ts";
import { snapshotFrame, StreamRoom, targetFrame } from "./stream_room.ts";

function textOf(reading: Reading): string | undefined {
  return reading.state === "up" && reading.snapshot.encoding === "identity"
    ? new TextDecoder().decode(reading.snapshot.body)
    : undefined;
}

Deno.test("a stream begins with both sides' hello", async () => {
  using room = new StreamRoom();
  const stream = await room.open();
  assert(!(stream instanceof Response));
  await stream.say({ type: "hello", software: "x" });
  assertEquals(stream.take(), [{
    ...{ type: "hello", software: "prompipe/test", maxBodyBytes: 100_000 },
    ...{ maxUnpackedBytes: 500_000, maxChannels: 10, maxUnfinishedBytes: 100_000 + 1024 * 1024 },
    ...{ maxBaseBytes: 1024 * 1024, maxBasesBytes: 64 * 1024 * 1024 },
  }]);
});

Deno.test("a snapshot of a stream is served as it was sent, with what its target says", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  await stream.say(
    targetFrame({ ttlMs: 5_000, intervalMs: 4_000, contentType: "a/b; c=d", labels: "site=home" }),
    snapshotFrame("x 1\n", { scrapedAtMs: 900 }),
  );
  assertEquals(textOf(await room.scrape()), "x 1\n");
  const [status] = room.store.statuses();
  const { arrival, ttlMs, intervalMs, labels, scrapedAtMs, clockAheadMs, sender } = status!.push;
  assertEquals(
    { arrival, ttlMs, intervalMs, labels, scrapedAtMs, clockAheadMs, sender },
    {
      ...{ arrival: "stream", ttlMs: 5_000, intervalMs: 4_000, labels: { site: "home" } },
      ...{ scrapedAtMs: 900, clockAheadMs: -100 },
      sender: { token: "BEARER_TOKEN", address: "::1", userAgent: "test/1" },
    },
  );
  assertEquals(room.pushed, [[
    "stored",
    encodeFrame(snapshotFrame("x 1\n", { scrapedAtMs: 900 })).length,
  ]]);
  assertEquals(await stream.next(), [{ type: "ack", number: 1, count: 1 }]);
});

Deno.test("snapshots that come one after the other are acknowledged together", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  await stream.say(targetFrame(), ...["1", "2", "3"].map((text) => snapshotFrame(text)));
  assertEquals(await stream.next(), [{ type: "ack", number: 1, count: 3 }]);
  assertEquals(textOf(await room.scrape()), "3");
});

Deno.test("a gzipped snapshot is stored as it came, and checked", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  const text = new TextEncoder().encode("x 1\n".repeat(1_000));
  const packed = new Uint8Array(gzipSync(text));
  const frame = snapshotFrame("", {
    ...{ encoding: "gzip", bodyBytes: text.length, checksum: checksum(text) },
    ...{ sentBytes: packed.length, payload: packed },
  });
  await stream.say(targetFrame(), frame);
  const reading = await room.scrape();
  assert(reading.state === "up");
  assertEquals([reading.snapshot.encoding, reading.snapshot.unpackedBytes], ["gzip", text.length]);

  const damaged = packed.slice();
  damaged[20]! ^= 255;
  await stream.say({ ...frame, payload: damaged });
  assertEquals(stream.take(), [{
    ...{ type: "refused", number: 2, status: 400, reason: "broken_body", retryAfterS: 0 },
    detail: "gzip body is damaged or cut",
  }]);
  assertEquals((await room.scrape()).state, "up");
});

Deno.test("a body in parts is seen once it is whole", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  const text = "abcdefghij";
  const whole = snapshotFrame(text);
  const part = (from: number, to: number) => whole.payload.slice(from, to);
  await stream.say(targetFrame(), { ...whole, payload: part(0, 4) });
  await stream.say({ type: "chunk", number: 1, payload: part(4, 7) });
  assertEquals((await room.scrape()).state, "unknown");
  await stream.say({ type: "chunk", number: 1, payload: part(7, 10) });
  assertEquals(textOf(await room.scrape()), text);
});

Deno.test("a failure of the source is what a scraper is told", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  await stream.say(targetFrame(), {
    ...{ type: "failure", channel: 0, scrapedAtMs: 0 },
    ...{ cause: "source_timeout", detail: "took\nlonger" },
  });
  assertEquals(await room.scrape(), {
    ...{ state: "source_failed", cause: "source_timeout", reason: "took longer" },
  });
  assertEquals(room.pushed.map(([result]) => result), ["source_failed"]);
});

Deno.test("what a base and a snapshot have in common is in memory once", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  const text = "x 1\n".repeat(100);
  await stream.say(targetFrame());
  const before = room.streams.memoryBytes;
  await stream.say(snapshotFrame(text, { keep: true }));
  assertEquals([room.streams.memoryBytes - before, room.store.bodyBytes], [
    text.length,
    text.length,
  ]);
  stream.cut();
  assertEquals([room.streams.memoryBytes, room.store.bodyBytes], [0, text.length]);
});

Deno.test("a stream that says what it may not is closed with 4400", async () => {
  const broken: Frame[][] = [
    [snapshotFrame("x")],
    [{ type: "end", channel: 0, forget: false }],
    [{ type: "ack", number: 1, count: 1 }],
    [{ type: "hello", software: "x" }],
    [{ type: "chunk", number: 1, payload: new Uint8Array(1) }],
    [targetFrame({ channel: 10 })],
    [targetFrame(), targetFrame({ job: "other" })],
  ];
  for (const frames of broken) {
    using room = new StreamRoom();
    const stream = await room.greeted();
    await stream.say(...frames);
    assertEquals(stream.closed?.code, 4400, JSON.stringify(frames));
    assertEquals([room.closed, room.streams.size], [[4400], 0]);
  }
  using room = new StreamRoom();
  const stream = await room.greeted();
  await stream.sayBytes(new Uint8Array([0x7f]));
  assertEquals(stream.closed, { code: 4400, reason: "a frame's type is not known" });
  assert(decodeFrame(new Uint8Array([0x7f])).ok === false);
});

Deno.test("nothing is pushed of what is on demand, whenever that was said", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  const onDemand = targetFrame({ mode: "on_demand" });
  const half = { ...snapshotFrame("abcdef"), payload: snapshotFrame("abc").payload };
  const failure: Frame = { type: "failure", channel: 0, scrapedAtMs: 0, cause: "x", detail: "y" };
  await stream.say(onDemand, snapshotFrame("x 1\n"), failure);
  await stream.say(targetFrame(), half, onDemand, {
    ...{ type: "chunk", number: 3, payload: snapshotFrame("def").payload },
  });
  const refused = stream.take().map((frame) => frame.type === "refused" && frame.number);
  assertEquals([refused, stream.closed, room.pushed], [[1, 2, 3], undefined, []]);
  const { state } = [...room.store.statuses()][0]!;
  assertEquals(state, "up", "and who scrapes still asks its source");
});
