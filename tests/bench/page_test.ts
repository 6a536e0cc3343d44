import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { withResults } from "../../bench/docs.ts";
import type { Machine } from "../../bench/machine.ts";
import { PARTS } from "../../bench/parts/mod.ts";
import { BARS } from "./tables.ts";

const MACHINE: Machine = {
  ...{ date: "2027-01-31", cores: 2, cpu: "Abacus", memoryBytes: 2 ** 30, system: "Linux" },
  ...{ deno: "2.9.5", loadBefore: 0.1, loadAfter: 2 },
};
const PAGE = "# Page\n\nabove\n\n<!-- bench:x -->\n\nold\n\n<!-- end -->\n\nbelow\n\n" +
  "<!-- bench:y -->\n<!-- end -->\n";

function taken(part: string) {
  return { result: { part, title: "X", notes: [], tables: [BARS] }, machine: MACHINE };
}

Deno.test("withResults() writes between the marks of a part, and nowhere else", () => {
  const page = withResults(PAGE, [taken("x")]);
  const [above, between] = page.split("<!-- bench:x -->") as [string, string];
  assertEquals(above, "# Page\n\nabove\n\n");
  assertEquals(
    between.split("<!-- end -->").slice(1).join(),
    PAGE.split("<!-- end -->").slice(1).join(),
  );
  assertStringIncludes(between, "2027-01-31, 2 cores of Abacus");
  assertEquals(page.includes("old"), false);
});

Deno.test("withResults() twice is the same as once", () => {
  const all = [taken("x"), taken("y")];
  assertEquals(withResults(withResults(PAGE, all), all), withResults(PAGE, all));
});

Deno.test("withResults() refuses a part without a place", () => {
  assertStringIncludes(
    String(assertThrows(() => withResults(PAGE, [taken("z")]))),
    '"<!-- bench:z -->"',
  );
});

Deno.test("docs/benchmarks.md has a place for every part", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/benchmarks.md", import.meta.url));
  const places = [...page.matchAll(/<!-- bench:(\w+) -->/g)].map(([, name]) => name!);
  assertEquals(places.toSorted(), Object.keys(PARTS).toSorted());
});
