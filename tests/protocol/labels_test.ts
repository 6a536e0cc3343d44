import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  labelNameFault,
  labelsFault,
  labelValueFault,
  parseLabels,
  writeLabels,
} from "../../protocol/mod.ts";
import { labels } from "./label_arbitraries.ts";

Deno.test("parseLabels() reads what writeLabels() writes, which fits a header", () => {
  fc.assert(fc.property(labels, (labels) => {
    const written = writeLabels(labels);
    new Headers({ "Prompipe-Labels": written });
    assertEquals(parseLabels(written), { ok: true, labels });
  }));
});

Deno.test("parseLabels() takes nothing that could not be written", () => {
  const query = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."ab_=&+%2C3BC é") }),
  );
  fc.assert(
    fc.property(query, (query) => {
      const read = parseLabels(query);
      if (!read.ok) return;
      for (const [name, value] of Object.entries(read.labels)) {
        assertEquals([labelNameFault(name), labelValueFault(value)], [undefined, undefined]);
      }
      assertEquals(parseLabels(writeLabels(read.labels)), read);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("parseLabels() says what is wrong, without a value", () => {
  const table: [string, string][] = [
    ["site", "holds a name that is not allowed"],
    ["=home", "holds a name that is not allowed"],
    ["site=a&", "holds a name that is not allowed"],
    ["job=a", "holds a name that is not allowed"],
    ["instance=a", "holds a name that is not allowed"],
    ["__address__=a", "holds a name that is not allowed"],
    ["__proto__=a", "holds a name that is not allowed"],
    ["1a=b", "holds a name that is not allowed"],
    ["a-b=c", "holds a name that is not allowed"],
    [`${"a".repeat(201)}=1`, "holds a name that is not allowed"],
    ["site=%ff", 'is not percent-encoded UTF-8 in "site"'],
    ["site=100%", 'is not percent-encoded UTF-8 in "site"'],
    ["site=%0a", 'has a value in "site" that holds a control character'],
    [`site=${"a".repeat(201)}`, 'has a value in "site" that is longer than 200 bytes'],
    [`site=${"%C3%BC".repeat(101)}`, 'has a value in "site" that is longer than 200 bytes'],
    ["a=1&b=2&a=1", 'holds "a" twice'],
    [Array.from({ length: 33 }, (_, i) => `a${i}=`).join("&"), "holds more than 32 labels"],
    [`${"a=b&".repeat(1024)}c=d`, "is longer than 4096 bytes"],
  ];
  for (const [query, reason] of table) {
    assertEquals(parseLabels(query), { ok: false, reason }, query);
  }
});

Deno.test("parseLabels() takes names that objects have, empty values, and + for a space", () => {
  assertEquals(parseLabels("constructor=1&toString=&_=a+b%20c%2B=d"), {
    ok: true,
    labels: { constructor: "1", toString: "", _: "a b c+=d" },
  } as unknown as ReturnType<typeof parseLabels>);
  assertEquals(parseLabels(""), { ok: true, labels: {} });
});

Deno.test("labelNameFault() and labelValueFault() say why", () => {
  assertEquals(labelNameFault("site"), undefined);
  assertEquals(labelNameFault("si-te"), "is no label name: letters, digits and _, no digit first");
  assertEquals(
    labelNameFault("job"),
    "is reserved, as job, instance and names that begin with __ are",
  );
  assertEquals(labelValueFault("ü".repeat(100)), undefined);
  assertEquals(labelValueFault("ü".repeat(101)), "is longer than 200 bytes");
  assertEquals(labelValueFault("\ud800"), "is no valid Unicode");
});

Deno.test("labelsFault() refuses more labels than a header holds", () => {
  const many = (count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, value]));
  assertEquals(labelsFault(many(32, "x".repeat(100))), undefined);
  assertEquals(labelsFault(many(33, "")), "are more than 32");
  const long = many(32, "ü".repeat(100));
  assertEquals(labelsFault(long), "are longer than 4096 bytes, as a query string");
  assert(!parseLabels(writeLabels(long)).ok);
});
