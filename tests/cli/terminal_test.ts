import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fault, formatTable } from "../../cli/terminal.ts";

Deno.test("formatTable() sets cells in columns, without space at the ends of lines", () => {
  const table: [string[][], string][] = [
    [[], ""],
    [[["one"]], "one"],
    [[["a", "b"], ["long", "c"]], "a     b\nlong  c"],
    [[["a", "long last cell"], ["b", ""]], "a  long last cell\nb"],
    [[["a", "", "c"], ["b", "", "d"]], "a    c\nb    d"],
    [[["a"], ["b", "c"]], "a\nb  c"],
  ];
  for (const [rows, text] of table) assertEquals(formatTable(rows), text);
});

Deno.test("formatTable() begins every cell of a column at the same place", () => {
  const cell = fc.stringMatching(/^[a-z]{1,12}$/);
  const rows = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 })
  );
  fc.assert(fc.property(rows, (rows) => {
    const lines = formatTable(rows).split("\n");
    assertEquals(lines.map((line) => line.split(/ +/)), rows);
    const starts = lines.map((line) => [...line.matchAll(/[a-z]+/g)].map(({ index }) => index));
    for (const each of starts) assertEquals(each, starts[0]);
  }));
});

Deno.test("Fault keeps its message and exit status", () => {
  const fault = new Fault(2, "Cannot load config");
  assertEquals([fault.message, fault.exitCode], ["Cannot load config", 2]);
});
