import { assertEquals, assertStringIncludes } from "@std/assert";
import { markdown, markdownTable } from "../../bench/table.ts";
import { BARS } from "./tables.ts";

Deno.test("markdownTable() tells medians with their spread, and units once a column", () => {
  assertEquals(
    markdownTable(BARS),
    `\
|               | one            | other | memory, MiB      |
| ------------- | -------------- | ----- | ---------------- |
| small & quick | 11 (10…12)     | 1     |                  |
| large         | none \\| at all | 0.5   | 4.50 (3.50…4.50) |`,
  );
});

Deno.test("markdown() tells of every table and note, and shows a drawing where there are files", () => {
  const result = { part: "x", title: "X", notes: ["So it was."], tables: [BARS] };
  const text = markdown(result, "plots/");
  assertStringIncludes(text, `**${BARS.title}**`);
  assertStringIncludes(text, "![Requests <a second>](plots/requests.svg)");
  assertStringIncludes(text, "\n- So it was.\n");
  assertEquals(markdown(result).includes(".svg"), false);
});
