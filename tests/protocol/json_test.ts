import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseConfigJson, parseJson } from "../../protocol/json.ts";

Deno.test("parseJson() says by line and column what is wrong", () => {
  const table: [string, string][] = [
    ["", "value expected at line 1, column 1"],
    ["{", "close brace expected at line 1, column 2"],
    ['{"a": [1, 2}', "comma expected at line 1, column 12"],
    [
      '{\n  "a": 1,\n}',
      "property name expected at line 3, column 1; take out the comma before it",
    ],
    ["[1, ]", "value expected at line 1, column 5; take out the comma before it"],
    ['{"a": 1,', "property name expected at line 1, column 9"],
    ['{\n  "a": 1\n  "b": 2\n}', "comma expected at line 3, column 3"],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', "comma expected at line 3, column 3"],
    ['{"a" 1}', "colon expected at line 1, column 6"],
    ['{"a": "text', "unexpected end of string at line 1, column 7"],
    ['{"a": text}', "invalid symbol at line 1, column 7"],
    [
      "// note\n{}",
      "invalid comment token at line 1, column 1; JSON has no comments, take it out",
    ],
    [
      '{"a": 1 /* note */}',
      "invalid comment token at line 1, column 9; JSON has no comments, take it out",
    ],
    ["# note\n{}", "invalid symbol at line 1, column 1; JSON has no comments, take it out"],
    ["{} {}", "end of file expected at line 1, column 4"],
    ['\uFEFF{"a": 1', "close brace expected at line 1, column 8"],
  ];
  for (const [text, what] of table) {
    assertEquals(parseJson(text), { ok: false, fault: `is not JSON: ${what}` }, text);
  }
});

Deno.test("parseJson() passes over a byte-order mark", () => {
  assertEquals(parseJson('\uFEFF{"a": 1}'), { ok: true, value: { a: 1 } });
});

Deno.test("parseJson() gives back every value that JSON can hold", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    assertEquals(parseJson(text), { ok: true, value: JSON.parse(text) });
  }));
});

Deno.test("parseJson() answers text that never stops opening brackets", () => {
  const parsed = parseJson("[".repeat(200_000));
  assertEquals(parsed.ok, false);
});

Deno.test("parseConfigJson() says where a key comes again in its object", () => {
  const table: [string, string | undefined][] = [
    ['{"a": 1, "b": 2}', undefined],
    ['{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}', undefined],
    ['{"a": 1, "a": 2}', "line 1, column 10"],
    ['{\n  "pairs": [],\n  "pairs": []\n}', "line 3, column 3"],
    ['[{"x": {"__proto__": 1, "__proto__": 1}}]', "line 1, column 25"],
    ['{"a": 1, "\\u0061": 2}', "line 1, column 10"],
  ];
  for (const [text, at] of table) {
    const parsed = parseConfigJson(text);
    const fault = at === undefined ? undefined : `holds a key twice, again at ${at}`;
    assertEquals(parsed.ok ? undefined : parsed.fault, fault, text);
  }
  assertEquals(parseConfigJson("{").ok, false);
  assertEquals(parseConfigJson("[".repeat(50_000) + "]".repeat(50_000)).ok, false);
});
