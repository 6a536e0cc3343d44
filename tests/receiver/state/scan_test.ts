import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MARKER_BYTES } from "../../../receiver/state/record.ts";
import { snapshot } from "../pushes.ts";
import { joined, MARKER, recordBytes, scan } from "./segments.ts";

/** Records of different sizes, an empty body and a gone target among them. */
const RECORDS = [
  ...[0, 1, 40].map((bytes, index) => pushOf(`target-${index}`, bytes)),
  recordBytes("a\ngone"),
  pushOf("last", 7),
];
const SEGMENT = joined(RECORDS);
const ENDS = RECORDS.map((_, index) => joined(RECORDS.slice(0, index + 1)).byteLength);
const ALL = texts(SEGMENT);

function pushOf(instance: string, bodyBytes: number): Uint8Array<ArrayBuffer> {
  return recordBytes({
    target: { job: "a", instance },
    push: snapshot(bodyBytes),
    receivedAtMs: 1_000,
  });
}

/** Everything that is found, to be compared. */
function texts(bytes: Uint8Array): string[] {
  return scan(bytes).found.map(({ header, body }) => JSON.stringify(header) + body.toHex());
}

Deno.test("scanSegment() keeps every whole record, wherever the segment is cut", () => {
  assertEquals(ALL.length, RECORDS.length);
  for (let length = 0; length < SEGMENT.byteLength; length++) {
    const whole = ENDS.filter((end) => end <= length).length;
    const cut = SEGMENT.subarray(0, length);
    assertEquals(texts(cut), ALL.slice(0, whole), `cut at ${length}`);
    const isAtEnd = length === 0 || ENDS.includes(length);
    assertEquals(scan(cut).damage, { damaged: 0, cut: !isAtEnd }, `cut at ${length}`);
  }
});

Deno.test("scanSegment() loses only the record that holds a flipped bit", () => {
  for (let at = 0; at < SEGMENT.byteLength; at++) {
    const hit = ENDS.findIndex((end) => at < end);
    for (const bit of [0, 3, 7]) {
      const flipped = SEGMENT.slice();
      flipped[at]! ^= 1 << bit;
      assertEquals(texts(flipped), ALL.filter((_, index) => index !== hit), `bit ${bit} of ${at}`);
      const { damaged, cut } = scan(flipped).damage;
      assertEquals(damaged + Number(cut), 1, `bit ${bit} of ${at}`);
    }
  }
});

Deno.test("scanSegment() finds nothing that was not written, whatever happens to the bytes", () => {
  const change = fc.record({ at: fc.nat(SEGMENT.byteLength - 1), bytes: fc.uint8Array() });
  fc.assert(fc.property(fc.array(change), fc.nat(SEGMENT.byteLength), (changes, length) => {
    const damaged = SEGMENT.slice();
    for (const { at, bytes } of changes) damaged.set(bytes.subarray(0, damaged.length - at), at);
    for (const text of texts(damaged.subarray(0, length))) assert(ALL.includes(text), text);
  }));
});

Deno.test("scanSegment() goes on behind bytes that were taken out, and behind others' bytes", () => {
  const [first, second, ...rest] = RECORDS;
  const shortened = joined([first!, second!.subarray(0, second!.length / 2), ...rest]);
  assertEquals(texts(shortened), ALL.filter((_, index) => index !== 1));
  const strange = crypto.getRandomValues(new Uint8Array(3_000));
  assertEquals(texts(joined([strange, SEGMENT])), ALL);
  assertEquals(scan(joined([first!, strange, ...rest])).damage, { damaged: 1, cut: false });
});

Deno.test("scanSegment() takes no record for one that a sender put into a body", () => {
  const other = crypto.getRandomValues(new Uint8Array(MARKER_BYTES));
  const forged = recordBytes({
    target: { job: "stolen", instance: "x" },
    push: snapshot(3),
    receivedAtMs: 0,
  }, other);
  const push = snapshot(1);
  const outer = recordBytes({
    target: { job: "a", instance: "b" },
    push: { ...push, content: { ...push.content, body: forged } },
    receivedAtMs: 0,
  });
  assertEquals(scan(outer).found.length, 1);
  for (let at = 0; at < outer.byteLength; at++) {
    const flipped = outer.slice();
    flipped[at]! ^= 1;
    assertEquals(scan(flipped).found, []);
  }
});

Deno.test("scanSegment() reads bodies larger than its window, and finds what follows them", () => {
  const large = joined([pushOf("large", 5_000_000), pushOf("next", 2)]);
  assertEquals(scan(large).found.map(({ body }) => body.length), [5_000_000, 2]);
  large[2_500_000]! ^= 1;
  const { found, damage } = scan(large);
  assertEquals(found.map(({ body }) => body.length), [2]);
  assertEquals(damage, { damaged: 1, cut: false });
});

Deno.test("scanSegment() passes over what a broken disk can't read", () => {
  const records = Array.from({ length: 40 }, (_, index) => pushOf(`target-${index}`, 1_000));
  const bytes = joined(records);
  const badAt = 20_000;
  const unreadable = (at: number, length: number) => at <= badAt && badAt < at + length;
  const { found, damage } = scan(bytes, unreadable);
  // A page, which may reach into the records beside it.
  assert(found.length >= 34, `${found.length} of 40`);
  assertEquals(damage, { damaged: 1, cut: false });
});

Deno.test("scanSegment() reads each byte at most a few times, however it is damaged", () => {
  const records = Array.from({ length: 2_000 }, (_, index) => {
    const record = pushOf(`target-${index}`, 2_000);
    // All in doubt: each length is good, each record is damaged.
    record[record.length - 1]! ^= 1;
    return record;
  });
  const bytes = joined(records);
  let read = 0;
  const { found, damage } = scan(bytes, (_at, length) => {
    read += length;
    return false;
  });
  assertEquals(found, []);
  assertEquals(damage.damaged, records.length);
  assert(read < 4 * bytes.byteLength, `${read} bytes read of ${bytes.byteLength}`);
  assert(MARKER.byteLength === MARKER_BYTES);
});
