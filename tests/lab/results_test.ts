import { assertEquals } from "@std/assert";
import { type Result, resultTable } from "./results.ts";

const RESULT: Result = {
  name: "one",
  breaks: "a | b",
  holds: "c",
  seen: [{ what: "after", value: 2.7951, unit: "s" }, { what: "pushes", value: 21600, unit: "" }],
  seconds: 3,
};

Deno.test("resultTable() has a row for each result, with its figures and why it failed", () => {
  const rows = resultTable([
    RESULT,
    { ...RESULT, seen: [], fault: "not so:\n  1 is 2" },
    { ...RESULT, seen: [], leftOut: "it has to be root" },
  ]).split("\n");
  assertEquals(rows.slice(2), [
    "| one | a \\| b | c | after 2.8 s; pushes 21,600 | yes |",
    "| one | a \\| b | c | not so: 1 is 2 | **no** |",
    "| one | a \\| b | c | it has to be root | left out |",
    "",
  ]);
});
