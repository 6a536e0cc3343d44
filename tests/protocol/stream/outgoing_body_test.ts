import { assert, assertEquals } from "@std/assert";
import {
  Bases,
  deltaBody,
  encodeFrame,
  firstPart,
  MAX_MESSAGE_BYTES,
  otherParts,
  PART_BYTES,
  wholeBody,
} from "../../../protocol/stream/mod.ts";
import { LIMITS, noise } from "./bodies.ts";

Deno.test("deltaBody() makes none without a base, of another body, or of one too large to keep", () => {
  const bases = new Bases(LIMITS);
  const at = { bases, channel: 1 };
  const body = noise(1_000);
  assertEquals(deltaBody(body, at), undefined);
  bases.set(1, body);
  const delta = deltaBody(body, at);
  assertEquals([delta?.encoding, delta?.keep, delta?.bodyBytes], ["delta", true, 1_000]);
  assertEquals(deltaBody(body, { bases, channel: 2 }), undefined);
  assertEquals(deltaBody(noise(1_000, 2), at), undefined);

  bases.set(1, noise(LIMITS.maxBaseBytes));
  assertEquals(deltaBody(noise(LIMITS.maxBaseBytes + 1), at), undefined);
});

Deno.test("wholeBody() is kept while there is room for it", () => {
  const bases = new Bases(LIMITS);
  const keep = (channel: number, length: number) =>
    wholeBody(noise(length), { bases, channel }).keep;
  assert(!keep(1, LIMITS.maxBaseBytes + 1));
  for (const channel of [1, 2]) bases.set(channel, noise(LIMITS.maxBaseBytes));
  assert(!keep(3, LIMITS.maxBaseBytes));
  assert(keep(2, LIMITS.maxBaseBytes));
  assert(keep(3, LIMITS.maxBasesBytes - 2 * LIMITS.maxBaseBytes));
});

Deno.test("a body goes out in parts of 16 KiB, none of them empty but that of an empty body", () => {
  const bases = new Bases(LIMITS);
  for (const length of [0, 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES]) {
    const body = wholeBody(noise(length), { bases, channel: 0 });
    const first = firstPart(body);
    const others = [...otherParts(body, 1)];
    const sizes = [first, ...others].map(({ payload }) => payload.byteLength);
    assertEquals(sizes.length, Math.max(1, Math.ceil(length / PART_BYTES)));
    assert(sizes.every((size) => size <= PART_BYTES && (size > 0 || length === 0)));
    assertEquals([sizes.reduce((sum, size) => sum + size), first.sentBytes], [length, length]);
    for (const part of others) assert(encodeFrame(part).byteLength <= MAX_MESSAGE_BYTES);
  }
});
