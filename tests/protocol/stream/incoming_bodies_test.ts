import { assert, assertEquals } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { Bases, checksum, type Intake, NO_BASE } from "../../../protocol/stream/mod.ts";
import {
  answer,
  countingRoom,
  incoming,
  LIMITS,
  noise,
  outgoing,
  sendAll,
  snapshot,
} from "./bodies.ts";
import { scrapes } from "./scrapes.ts";

const CHUNK = 64 * 1024;

function kindAndReason(intake: Intake): string {
  if (intake.kind === "refused") return `refused ${intake.refusal.status} ${intake.refusal.reason}`;
  return intake.kind === "broken" ? `broken: ${intake.reason}` : intake.kind;
}

Deno.test("IncomingBodies gives out what was sent, byte for byte, on any channel", () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    fc.nat(300_000).map((length) => noise(length)),
    fc.constantFrom(...scrapes({ count: 8, series: 200, changing: 20 })),
  ).map((bytes) => Uint8Array.from(bytes));
  const sendings = fc.array(fc.tuple(fc.nat(5), body), { maxLength: 30 });
  fc.assert(
    fc.property(sendings, (sendings) => {
      const { bodies, bases: kept } = incoming();
      const bases = new Bases(LIMITS);
      for (const [index, [channel, body]] of sendings.entries()) {
        const sent = outgoing(body, { bases, channel });
        const result = sendAll(bodies, sent, { channel, number: index + 1 });
        if (sent.keep) bases.set(channel, body);
        assert(result.kind === "whole", kindAndReason(result));
        const { encoding, number, frame } = result;
        assertEquals({ number, channel: frame.channel }, { number: index + 1, channel });
        const unpacked = encoding === "gzip" ? gunzipSync(result.body) : result.body;
        assertEquals(Uint8Array.from(unpacked), body);
        if (result.unpacked !== undefined) assertEquals(result.unpacked, body);
        assertEquals(kept.bytes, bases.bytes);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("IncomingBodies takes bodies whose chunks take turns, and small ones between", () => {
  const { bodies } = incoming();
  const [one, other] = [noise(150_000, 1), noise(140_000, 2)];
  const begin = (body: Uint8Array<ArrayBuffer>, channel: number) =>
    bodies.begin(
      snapshot(body, { channel, payload: body.subarray(0, CHUNK), sentBytes: body.byteLength }),
    );
  assertEquals(begin(one, 1).kind, "waiting");
  assertEquals(begin(other, 2).kind, "waiting");
  assertEquals(bodies.begin(snapshot(noise(10), { channel: 3 })).kind, "whole");
  assertEquals(bodies.countFailure(), 4);
  const chunk = (number: number, body: Uint8Array<ArrayBuffer>, from: number) =>
    bodies.add({ type: "chunk", number, payload: body.subarray(from, from + CHUNK) });
  assertEquals(chunk(2, other, CHUNK).kind, "waiting");
  assertEquals(chunk(1, one, CHUNK).kind, "waiting");
  const [second, first] = [chunk(2, other, 2 * CHUNK), chunk(1, one, 2 * CHUNK)];
  assert(first.kind === "whole" && second.kind === "whole");
  assertEquals([first.body, second.body], [one, other]);
});

Deno.test("IncomingBodies refuses what is damaged, too large or made of nothing", () => {
  const body = new TextEncoder().encode("up 1\n".repeat(30));
  const gzip = Uint8Array.from(gzipSync(body));
  const damaged = gzip.with(20, gzip[20]! ^ 1);
  const packed = { encoding: "gzip", sentBytes: gzip.byteLength, payload: gzip } as const;
  const delta = { encoding: "delta", sentBytes: 3, payload: new Uint8Array(3) } as const;
  const large = noise(LIMITS.maxBodyBytes + 1);
  const cut = gzip.slice(0, -1);
  const behind = Uint8Array.of(...gzip, 0);
  const table: [what: string, frame: Partial<ReturnType<typeof snapshot>>, result: string][] = [
    ["as it is", {}, "whole"],
    ["gzip", packed, "whole"],
    ["gzip, kept", { ...packed, keep: true }, "whole"],
    ["wrong checksum", { checksum: checksum(body) ^ 1 }, "refused 400 broken_body"],
    ["wrong length", { bodyBytes: 149 }, "refused 400 broken_body"],
    ["gzip of another checksum", { ...packed, checksum: 1 }, "refused 400 broken_body"],
    ["gzip of another length", { ...packed, bodyBytes: 151 }, "refused 400 broken_body"],
    [
      "gzip, cut",
      { ...packed, payload: cut, sentBytes: cut.byteLength },
      "refused 400 broken_body",
    ],
    [
      "gzip with something behind",
      { ...packed, payload: behind, sentBytes: behind.byteLength },
      "refused 400 broken_body",
    ],
    ["gzip, kept, damaged", { ...packed, payload: damaged, keep: true }, "refused 400 broken_body"],
    ["no gzip", { encoding: "gzip" }, "refused 400 broken_body"],
    ["delta of nothing", delta, `refused 412 ${NO_BASE}`],
    ["too large", { payload: large, sentBytes: large.byteLength }, "refused 413 too_large"],
    [
      "unpacks to too much",
      { ...packed, bodyBytes: LIMITS.maxUnpackedBytes + 1 },
      "refused 413 too_large",
    ],
  ];
  for (const [what, but, result] of table) {
    const { bodies } = incoming();
    assertEquals(kindAndReason(bodies.begin(snapshot(body, but))), result, what);
    assertEquals(kindAndReason(bodies.begin(answer(body, { ...but, type: "answer" }))), result);
  }
});

Deno.test("IncomingBodies refuses a delta that makes more than a base may have", () => {
  const { bodies, bases } = incoming({ limits: { ...LIMITS, maxBaseBytes: 1_000 } });
  bases.set(0, noise(1_000));
  const delta = { encoding: "delta", payload: new Uint8Array(4), sentBytes: 4 } as const;
  const frame = snapshot(noise(1_001), delta);
  assertEquals(kindAndReason(bodies.begin(frame)), `refused 412 ${NO_BASE}`);
});

Deno.test("IncomingBodies says which streams are to be closed", () => {
  const half = (channel = 0) =>
    snapshot(noise(200), { channel, payload: noise(100), sentBytes: 200 });
  const chunk = (number: number, length = 100) =>
    ({ type: "chunk", number, payload: noise(length) }) as const;
  const fresh = () => {
    const { bodies } = incoming();
    bodies.begin(half());
    return bodies;
  };
  assertEquals(
    [
      fresh().begin(half()),
      fresh().begin(snapshot(noise(5))),
      fresh().add(chunk(2)),
      fresh().add(chunk(1, 101)),
      fresh().abort(2),
    ].map(kindAndReason),
    [
      "broken: a channel has two snapshots under way",
      "broken: a channel has two snapshots under way",
      "broken: a chunk is of no body under way",
      "broken: a body is longer than it was to be",
      "broken: an abort is of no body under way",
    ],
  );
  const { bodies } = incoming();
  for (let channel = 0; channel < 1_024; channel++) {
    assertEquals(bodies.begin(half(channel)).kind, "waiting");
  }
  assertEquals(kindAndReason(bodies.begin(half(2_000))), "broken: too many bodies are under way");
  assertEquals(
    kindAndReason(bodies.refuse(half(2_001), {
      status: 403,
      reason: "forbidden",
      detail: "",
      retryAfterS: 0,
    })),
    "broken: too many bodies are under way",
  );
});

Deno.test("IncomingBodies passes over the rest of a body that was refused, or aborted", () => {
  const { bodies } = incoming();
  const refusal = { status: 403, reason: "forbidden", detail: "", retryAfterS: 0 };
  const half = snapshot(noise(200), { payload: noise(100), sentBytes: 200 });
  const rest = (number: number) => ({ type: "chunk", number, payload: noise(100) }) as const;
  assertEquals(kindAndReason(bodies.refuse(half, refusal)), "refused 403 forbidden");
  assertEquals(kindAndReason(bodies.add(rest(1))), "waiting");
  assertEquals(kindAndReason(bodies.add(rest(1))), "broken: a chunk is of no body under way");

  assertEquals(bodies.begin(half).kind, "waiting");
  assertEquals(bodies.abort(2).kind, "waiting");
  assertEquals(kindAndReason(bodies.add(rest(2))), "broken: a chunk is of no body under way");
  assertEquals(bodies.begin(snapshot(noise(5))).kind, "whole");
});

Deno.test("IncomingBodies has room for one body of any length, and for a limit's worth beside it", () => {
  const room = countingRoom(1_200_000);
  const { bodies } = incoming({ room });
  const half = (channel: number, sentBytes: number) =>
    snapshot(noise(5), { channel, payload: noise(100), sentBytes, bodyBytes: sentBytes });
  const begin = (channel: number, bytes: number) =>
    kindAndReason(bodies.begin(half(channel, bytes)));
  assertEquals(begin(1, 500_000), "waiting");
  assertEquals(begin(2, 400_000), "waiting");
  assertEquals(begin(3, 101), "refused 507 no_room");
  bodies.endChannel(1);
  assertEquals(room.used, 400_000);
  assertEquals(begin(4, 300_000), "waiting");
  assertEquals(begin(5, 100_000), "waiting", "the longest counts for nothing");
  assertEquals(begin(6, 101), "refused 507 no_room");
  assertEquals(room.used, 800_000);

  const others = incoming({ room }).bodies;
  assertEquals(kindAndReason(others.begin(half(1, 400_001))), "refused 507 no_room");
  assertEquals(kindAndReason(others.begin(half(2, 400_000))), "waiting");
  bodies.clear();
  others.clear();
  assertEquals(room.used, 0);
});

Deno.test("IncomingBodies keeps bases within limits and room, and drops what is over", () => {
  const basesRoom = countingRoom(200_000);
  const { bodies, bases } = incoming({ basesRoom });
  const keep = (channel: number, length: number) =>
    bodies.begin(snapshot(noise(length), { channel, keep: true })).kind;
  assertEquals([keep(1, 90_000), keep(2, 90_000)], ["whole", "whole"]);
  assertEquals(bases.bytes, 180_000);
  assertEquals(keep(3, 90_000), "whole"); // no room left in all
  assertEquals(keep(1, 100_001), "whole"); // more than one may have
  assertEquals([1, 2, 3].map((channel) => bases.get(channel)?.byteLength), [
    undefined,
    90_000,
    undefined,
  ]);
  assertEquals(basesRoom.used, 90_000);
  bodies.endChannel(2);
  assertEquals([bases.bytes, basesRoom.used], [0, 0]);
});

Deno.test("IncomingBodies drops the base of a body that it refuses unseen", () => {
  const { bodies, bases } = incoming();
  bases.set(0, noise(100));
  const refusal = { status: 429, reason: "too_many_requests", detail: "", retryAfterS: 1 };
  bodies.refuse(snapshot(noise(100)), refusal);
  assertEquals(bases.get(0)?.byteLength, 100);
  bodies.refuse(snapshot(noise(100), { keep: true }), refusal);
  assertEquals(bases.get(0), undefined);
});

Deno.test("IncomingBodies keeps nothing of a message's own memory", () => {
  const { bodies } = incoming();
  const message = new Uint8Array(1_000);
  message.set(noise(100), 500);
  const payload = message.subarray(500, 600);
  const result = bodies.begin(snapshot(payload, { keep: true }));
  assert(result.kind === "whole");
  message.fill(0);
  assertEquals([result.body, result.unpacked], [noise(100), noise(100)]);
});
