import { assert, assertEquals } from "@std/assert";
import type { Frame } from "../../../protocol/stream/mod.ts";
import { Outgoing } from "../../../sender/stream/outgoing.ts";
import { FakeSocket } from "../../fakes/stream_socket.ts";

/** A socket and what goes out on it; all that comes is passed over. */
function open(maxUnfinishedBytes = 2 ** 20) {
  const socket = new FakeSocket({ message() {}, closed() {} }, { judge: () => undefined });
  const outgoing = new Outgoing(socket, { onSent() {} });
  outgoing.maxUnfinishedBytes = maxUnfinishedBytes;
  for (const channel of [0, 1, 2, 3, 4]) {
    outgoing.send({
      ...{ type: "target", channel, mode: "push", ttlMs: 0, intervalMs: 0, job: "a" },
      ...{ instance: String(channel), contentType: "", labels: "", paramsAllowed: [] },
    });
  }
  return { socket, outgoing };
}

function put(outgoing: Outgoing, channel: number, bytes: number) {
  const payload = new Uint8Array(bytes);
  const sent: number[] = [];
  const sending = outgoing.put({
    sentBytes: bytes,
    begin: () => ({
      head: { type: "snapshot", channel, scrapedAtMs: 1 },
      body: { encoding: "gzip", keep: false, bodyBytes: bytes, checksum: 0, payload },
    }),
    sent: (count) => sent.push(count),
  });
  return { sending, sent };
}

/** What went out, without targets: a letter and a number each. */
function seen(frames: readonly Frame[]): string[] {
  return frames.flatMap((frame) => {
    if (frame.type === "snapshot") return [`s${frame.channel}`];
    return frame.type === "chunk" || frame.type === "abort"
      ? [`${frame.type[0]}${frame.number}`]
      : [];
  });
}

Deno.test("Outgoing keeps little in the socket, and lets a small body pass a large one", () => {
  const { socket, outgoing } = open();
  socket.isStuck = true;
  const large = put(outgoing, 0, 60 * 2 ** 20);
  const small = put(outgoing, 1, 1_000);
  assert(socket.bufferedBytes < 400_000, `${socket.bufferedBytes} bytes in the socket`);
  assertEquals([large.sent, small.sent], [[], []]);
  socket.letGo(1_000);
  assertEquals(small.sent, [1_000]);
  assert(seen(socket.end.frames).indexOf("s1") < 10);
  while (large.sent.length === 0) socket.letGo(1_000);
  socket.letGo();
  assertEquals(seen(socket.end.frames).filter((each) => each === "c1").length, 60 * 64 - 1);
});

Deno.test("Outgoing lets bodies pass a large one, and begins no more than the receiver takes", () => {
  const { socket, outgoing } = open(600_000);
  socket.isStuck = true;
  const large = put(outgoing, 0, 60 * 2 ** 20);
  const bodies = [500_000, 500_000, 100_000, 10_000].map((bytes, index) =>
    put(outgoing, 1 + index, bytes)
  );
  while (bodies.some(({ sent }) => sent.length === 0)) socket.letGo(1);
  assertEquals(large.sent, []);
  const began = seen(socket.end.frames).filter((each) => !/[ca]/.test(each));
  assertEquals(began, ["s0", "s1", "s3", "s4", "s2"]);
  const large2 = put(outgoing, 1, 30 * 2 ** 20);
  while (large2.sent.length === 0) socket.letGo(100);
  assertEquals(large.sent.length, 1, "two that are too large together go one after the other");
});

Deno.test("Outgoing.put() can be taken back: what has begun is aborted, the rest never begins", () => {
  const { socket, outgoing } = open(100_000);
  socket.isStuck = true;
  const first = put(outgoing, 0, 2 ** 20);
  const second = put(outgoing, 1, 2 ** 20);
  socket.letGo(4);
  second.sending.abort();
  first.sending.abort();
  first.sending.abort();
  const third = put(outgoing, 2, 90_000);
  for (let each = 0; each < 20; each++) socket.letGo(1_000);
  const frames = seen(socket.end.frames);
  assertEquals(frames.filter((each) => !each.startsWith("c1")), [
    "s0",
    "a1",
    "s2",
    ...Array(5).fill("c2"),
  ]);
  assertEquals([first.sent, second.sent, third.sent], [[], [], [90_000]]);
});
