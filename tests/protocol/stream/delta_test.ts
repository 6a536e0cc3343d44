import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeDelta, encodeDelta } from "../../../protocol/stream/delta/mod.ts";
import { findCopies } from "../../../protocol/stream/delta/find_copies.ts";
import { SPARED_ZEROS } from "../../../protocol/stream/delta/range_encoder.ts";
import { scrapes } from "./scrapes.ts";

const ANY_LENGTH = { maxBytes: 100_000 };
const short = fc.uint8Array({ maxLength: 200 });
/** Few different bytes, so that much is alike by chance. */
const alike = fc.uint8Array({ maxLength: 300, max: 2 });
const piece = fc.oneof(short, alike);
/** A body and one that is made of its parts: shortened, moved, with something between. */
const related = fc.tuple(piece, piece, piece, fc.array(fc.tuple(fc.nat(3), piece))).map(
  ([a, b, c, recipe]) => {
    const parts = [a, b, c];
    return [join(parts), join(recipe.map(([which, own]) => parts[which] ?? own))] as const;
  },
);

Deno.test("decodeDelta() undoes encodeDelta(), whatever base and body are", () => {
  const pairs = fc.oneof(fc.tuple(piece, piece), related);
  fc.assert(
    fc.property(pairs, ([base, body]) => {
      const delta = encodeDelta(base, body, ANY_LENGTH);
      assert(delta !== undefined);
      assertEquals(decodeDelta(base, delta, { bodyBytes: body.byteLength }), join([body]));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("encodeDelta() makes a hundredth of a scrape, given the one before", () => {
  const [first, ...others] = scrapes({ count: 20, series: 1_000, changing: 100 });
  let base = first!;
  for (const body of others) {
    const delta = encodeDelta(base, body, ANY_LENGTH)!;
    assert(delta.byteLength < body.byteLength / 75, `${delta.byteLength} of ${body.byteLength}`);
    assertEquals(decodeDelta(base, delta, { bodyBytes: body.byteLength }), body);
    base = body;
  }
});

Deno.test("encodeDelta() finds what was put in, taken out or moved", () => {
  const [base] = scrapes({ count: 1, series: 1_000, changing: 0 });
  const half = base!.byteLength >> 1;
  const own = new TextEncoder().encode('something_new{of="another kind"} 1\n');
  const table: [what: string, body: Uint8Array][] = [
    ["put in", join([base!.subarray(0, half), own, base!.subarray(half)])],
    ["put before", join([own, base!])],
    ["put behind", join([base!, own])],
    ["taken out", join([base!.subarray(0, 5_000), base!.subarray(half)])],
    ["moved", join([base!.subarray(half), base!.subarray(0, half)])],
    ["nothing", base!],
  ];
  for (const [what, body] of table) {
    const delta = encodeDelta(base!, body, ANY_LENGTH);
    assert(delta !== undefined && delta.byteLength < 64, `${what}: ${delta?.byteLength}`);
    const undone = decodeDelta(base!, delta, { bodyBytes: body.byteLength });
    assertEquals(undone, join([body]), what);
  }
});

Deno.test("encodeDelta() gives up beyond its limit, and where nothing is alike", () => {
  const body = crypto.getRandomValues(new Uint8Array(10_000));
  const base = crypto.getRandomValues(new Uint8Array(10_000));
  const whole = encodeDelta(base, body, ANY_LENGTH)!;
  assertEquals(encodeDelta(base, body, { maxBytes: whole.byteLength + SPARED_ZEROS }), whole);
  assertEquals(encodeDelta(base, body, { maxBytes: whole.byteLength - 1 }), undefined);
  assertEquals(encodeDelta(base, body, { maxBytes: 0 }), undefined);

  const often = Uint8Array.from({ length: 70_000 }, (_, at) => at % 8 === 0 ? at / 8 : 7);
  assertEquals(findCopies(new Uint8Array(70_000).fill(7), often), undefined);
});

Deno.test("decodeDelta() makes a body of the right length, or none, of any bytes", () => {
  let made = 0;
  fc.assert(
    fc.property(short, fc.uint8Array({ maxLength: 60 }), fc.nat(400), (base, bytes, bodyBytes) => {
      const body = decodeDelta(base, bytes, { bodyBytes });
      if (body === undefined) return;
      made++;
      assertEquals(body.byteLength, bodyBytes);
    }),
    { numRuns: 5_000 },
  );
  assert(made > 0);
});

Deno.test("decodeDelta() makes nothing of a delta that was cut", () => {
  const [base, body] = scrapes({ count: 2, series: 300, changing: 30 });
  const delta = encodeDelta(base!, body!, ANY_LENGTH)!;
  const bodyBytes = body!.byteLength;
  for (let left = 0; left < delta.byteLength - 4; left++) {
    const undone = decodeDelta(base!, delta.subarray(0, left), { bodyBytes });
    assert(undone === undefined || !undone.every((byte, at) => byte === body![at]), `${left}`);
  }
});

Deno.test("decodeDelta() reads no further than its input, whatever that promises", () => {
  const body = new Uint8Array(100_000).fill(65);
  const delta = encodeDelta(new Uint8Array(), body, ANY_LENGTH)!.subarray(0, 8);
  let reads = 0;
  const counted = new Proxy(delta, {
    get(bytes, key) {
      if (key === "byteLength") return bytes.byteLength;
      reads++;
      return bytes[Number(key)];
    },
  });
  assertEquals(decodeDelta(new Uint8Array(), counted, { bodyBytes: 100_000 }), undefined);
  assert(reads < 20, `${reads} reads of 8 bytes`);
});

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
