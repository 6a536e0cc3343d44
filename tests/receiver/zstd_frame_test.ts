import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { zstdCompressSync } from "node:zlib";
import { checkZstdFrame } from "../../receiver/zstd_frame.ts";
import { expositions, zstdParams } from "./packings.ts";

const frame = fc.tuple(expositions, zstdParams).map(([data, params]) => {
  const frame = new Uint8Array(zstdCompressSync(data, { params }));
  return { data, frame };
});

Deno.test("checkZstdFrame() finds every real frame whole", () => {
  fc.assert(fc.property(frame, ({ frame }) => {
    assertEquals(checkZstdFrame(frame), undefined);
  }));
});

Deno.test("checkZstdFrame() finds no cut of a real frame whole", () => {
  fc.assert(
    fc.property(frame, ({ frame }) => {
      for (let end = 0; end < frame.length; end++) {
        assertEquals(checkZstdFrame(frame.subarray(0, end)), "is cut", `cut at ${end}`);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("checkZstdFrame() finds more than one frame where anything follows", () => {
  fc.assert(fc.property(frame, fc.uint8Array({ minLength: 1 }), ({ frame }, rest) => {
    for (const more of [rest, frame]) {
      assertEquals(checkZstdFrame(join(frame, more)), "is more than one frame");
    }
  }));
});

Deno.test("checkZstdFrame() walks frames of many blocks, and of blocks of each type", () => {
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const random = new Uint8Array(180_000).map((_, index) => noise[index % noise.length]!);
  const text = new TextEncoder().encode('x{l="v"} 1\n'.repeat(40_000));
  const zeros = new Uint8Array(400_000);
  for (const data of [random, text, zeros, join(random, join(zeros, text))]) {
    const frame = new Uint8Array(zstdCompressSync(data));
    assertEquals(checkZstdFrame(frame), undefined);
    for (const end of [frame.length >> 1, frame.length - 4, frame.length - 1]) {
      assertEquals(checkZstdFrame(frame.subarray(0, end)), "is cut");
    }
  }
});

Deno.test("checkZstdFrame() reads a body in the middle of its buffer", () => {
  const frame = new Uint8Array(zstdCompressSync(new Uint8Array(100)));
  const buffer = join(frame, join(frame, frame));
  assertEquals(checkZstdFrame(buffer.subarray(frame.length, frame.length * 2)), undefined);
  assertEquals(checkZstdFrame(buffer.subarray(frame.length, frame.length * 2 - 1)), "is cut");
});

Deno.test("checkZstdFrame() says what is wrong with a header", () => {
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  const emptyLastBlock = [0x01, 0x00, 0x00];
  for (
    const [bytes, fault] of [
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
  ) assertEquals(checkZstdFrame(new Uint8Array(bytes)), fault, bytes.join());
});

Deno.test("checkZstdFrame() walks a damaged frame to a verdict, never past its end", () => {
  const verdicts = [undefined, "is not zstd", "is cut", "is damaged", "is more than one frame"];
  const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(fc.property(frame, fc.array(flip, { maxLength: 5 }), ({ frame }, flips) => {
    for (const [at, bits] of flips) frame[at % frame.length]! ^= bits;
    const verdict = checkZstdFrame(frame);
    assert(verdicts.includes(verdict) || verdict?.startsWith("needs a "), verdict);
  }));
});

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
