import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { zstdCompressSync } from "node:zlib";
import { splitZstdFrames } from "../../receiver/zstd_frame.ts";
import { zstd } from "./packings.ts";

Deno.test("splitZstdFrames() finds every real frame whole", () => {
  fc.assert(fc.property(zstd, ({ packed: frame }) => {
    assertEquals(fault(frame), undefined);
  }));
});

Deno.test("splitZstdFrames() finds no cut of a real frame whole", () => {
  fc.assert(
    fc.property(zstd, ({ packed: frame }) => {
      for (let end = 0; end < frame.length; end++) {
        assertEquals(fault(frame.subarray(0, end)), "is cut", `cut at ${end}`);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("splitZstdFrames() finds each of several frames, and anything else between them", () => {
  fc.assert(fc.property(fc.array(zstd, { minLength: 1, maxLength: 4 }), (bodies) => {
    const frames = bodies.map(({ packed }) => packed);
    const body = frames.reduce(join, new Uint8Array(0));
    assertEquals(splitZstdFrames(body), { ok: true, frames: frames.flatMap(framesOf) });
    assertEquals(fault(join(body, new Uint8Array(9))), "has something after its end");
  }));
});

Deno.test("splitZstdFrames() walks frames of many blocks, and of blocks of each type", () => {
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const random = new Uint8Array(180_000).map((_, index) => noise[index % noise.length]!);
  const text = new TextEncoder().encode('x{l="v"} 1\n'.repeat(40_000));
  const zeros = new Uint8Array(400_000);
  for (const data of [random, text, zeros, join(random, join(zeros, text))]) {
    const frame = new Uint8Array(zstdCompressSync(data));
    assertEquals(fault(frame), undefined);
    for (const end of [frame.length >> 1, frame.length - 4, frame.length - 1]) {
      assertEquals(fault(frame.subarray(0, end)), "is cut");
    }
  }
});

Deno.test("splitZstdFrames() reads a body in the middle of its buffer", () => {
  const frame = new Uint8Array(zstdCompressSync(new Uint8Array(100)));
  const around = new Uint8Array(7);
  const body = join(join(around, frame), around).subarray(7, 7 + frame.length);
  assertEquals(fault(body), undefined);
  assertEquals(fault(body.subarray(0, -1)), "is cut");
});

Deno.test("splitZstdFrames() says what is wrong with a header", () => {
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  const emptyLastBlock = [0x01, 0x00, 0x00];
  for (
    const [bytes, expected] of [
      [[], "is cut"],
      [magic, "is cut"],
      [[0x1f, 0x8b, 0x08, 0x00], "is not zstd"],
      [[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], "is not zstd"],
      [[...magic, 0x00, 0x00, ...emptyLastBlock], undefined],
      [[...magic, 0x20, 0x00, ...emptyLastBlock], undefined],
      [[...magic, 0x04, 0x00, ...emptyLastBlock], "is cut"],
      [[...magic, 0x04, 0x00, ...emptyLastBlock, 0, 0, 0, 0], undefined],
      [[...magic, 0x00, 0x68, ...emptyLastBlock], undefined],
      [[...magic, 0x00, 0x69, ...emptyLastBlock], "needs a window of more than 8MiB"],
      [[...magic, 0x00, 0xff, ...emptyLastBlock], "needs a window of more than 8MiB"],
      [[...magic, 0x01, 0x00, 0x07, ...emptyLastBlock], "needs a dictionary"],
      [[...magic, 0x03, 0x00, 1, 2, 3, 4, ...emptyLastBlock], "needs a dictionary"],
      [[...magic, 0x00, 0x00, 0x07, 0x00, 0x00], "is damaged"],
      [[...magic, 0x00, 0x00, 0x02, 0xff, 0xff, 0x61], "is cut"],
      [[...magic, 0x00, 0x00, 0xf9, 0xff, 0xff], "is cut"],
    ] as const
  ) assertEquals(fault(new Uint8Array(bytes)), expected, bytes.join());
});

Deno.test("splitZstdFrames() walks a damaged frame to a verdict, never past its end", () => {
  const verdicts = [
    undefined,
    "is not zstd",
    "is cut",
    "is damaged",
    "has something after its end",
  ];
  const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(fc.property(zstd, fc.array(flip, { maxLength: 5 }), ({ packed: frame }, flips) => {
    for (const [at, bits] of flips) frame[at % frame.length]! ^= bits;
    const verdict = fault(frame);
    assert(verdicts.includes(verdict) || verdict?.startsWith("needs a "), verdict);
  }));
});

function fault(body: Uint8Array): string | undefined {
  const split = splitZstdFrames(body);
  return split.ok ? undefined : split.fault;
}

/** The runtime's own packer may end a body with an empty frame. */
function framesOf(body: Uint8Array): Uint8Array[] {
  const split = splitZstdFrames(body);
  return split.ok ? split.frames : [];
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
