import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { storedPush } from "../../../receiver/state/record.ts";
import type { StoredPush } from "../../../receiver/push.ts";
import { joined, recordBytes, scan } from "./segments.ts";

const name = fc.string({ minLength: 1, unit: "grapheme" });
const maybe = (numbers: fc.Arbitrary<number>) => fc.option(numbers, { nil: undefined });
const time = fc.double({ min: -1e13, max: 1e13, noNaN: true }).map((ms) => ms || 0);
const plain = { noNullPrototype: true } as const;
const body = fc.uint8Array().map((bytes) => Uint8Array.from(bytes));

const content = fc.oneof(
  fc.record({
    body,
    contentType: fc.string(),
    encoding: fc.constantFrom("identity", "gzip", "zstd"),
    unpackedBytes: fc.nat(),
  }, plain),
  fc.record({
    cause: fc.constantFrom("source_refused", "source_timeout"),
    detail: fc.string({ unit: "grapheme" }),
  }, plain),
  fc.record({ lastBytes: fc.nat() }, plain),
);

const pushes: fc.Arbitrary<StoredPush> = fc.record({
  target: fc.record({ job: name, instance: name }, plain),
  receivedAtMs: time,
  push: fc.record({
    arrival: fc.constantFrom("put", "stream", "on_demand"),
    content,
    ttlMs: time,
    scrapedAtMs: maybe(time),
    clockAheadMs: maybe(time),
    intervalMs: maybe(time),
    labels: fc.dictionary(fc.stringMatching(/^[a-z]+$/), name, plain),
    sender: fc.record({ token: name, address: fc.ipV6(), userAgent: fc.string() }, plain),
    sentBytes: fc.nat(),
  }, plain),
}, plain) as fc.Arbitrary<StoredPush>;

Deno.test("pushRecord() and storedPush() lose nothing of a push", () => {
  fc.assert(fc.property(pushes, (stored) => {
    const { found, damage } = scan(recordBytes(stored));
    assertEquals(damage, { damaged: 0, cut: false });
    assertEquals(found.length, 1);
    const { header, body } = found[0]!;
    if ("gone" in header) throw new Error("gone");
    assertEquals(storedPush(header, { body, receivedAtMs: header.receivedAtMs }), stored);
  }));
});

Deno.test("goneRecord() names the target that is gone", () => {
  fc.assert(fc.property(name, (key) => {
    assertEquals(scan(recordBytes(key)).found.map(({ header }) => header), [{ gone: key }]);
  }));
});

Deno.test("records of any kind are read back in their order", () => {
  fc.assert(fc.property(fc.array(fc.oneof(pushes, name)), (all) => {
    const { found } = scan(joined(all.map((each) => recordBytes(each))));
    const said = found.map(({ header }) => "gone" in header ? header.gone : header.target);
    assertEquals(said, all.map((each) => typeof each === "string" ? each : each.target));
  }));
});
