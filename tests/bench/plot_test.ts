import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { drawing } from "../../bench/plot.ts";
import { BARS, LINES } from "./tables.ts";

/** The numbers of an attribute, of all elements of a sort. */
function numbers(svg: string, element: string, attribute: string): number[] {
  const pattern = new RegExp(`<${element} [^>]*\\b${attribute}="([\\d.]+)"`, "g");
  return [...svg.matchAll(pattern)].map(([, value]) => Number(value));
}

function bars(svg: string): number[] {
  return numbers(svg.replaceAll(/<rect class="c\d" [^>]*height="10"\/>/g, ""), "rect", "width")
    .slice(1);
}

Deno.test("drawing() of bars has one for each figure, as long as it is large", () => {
  const widths = bars(drawing(BARS));
  // 11, 1 and 0.5 on an axis from 0.1 to 100 of 500 points.
  const [eleven, one, half] = widths as [number, number, number];
  assertEquals(widths.length, 3);
  assert(
    Math.abs((one - half) / (eleven - half) - Math.log10(2) / Math.log10(22)) < 0.01,
    `${widths}`,
  );
});

Deno.test("drawing() of bars without a logarithm begins at 0", () => {
  const [eleven, one, half] = bars(
    drawing({ ...BARS, plot: { ...BARS.plot, log: false } }),
  ) as [number, number, number];
  assert(Math.abs(eleven / one - 11) < 0.2 && Math.abs(one / half - 2) < 0.2);
});

Deno.test("drawing() of lines leaves out what has no logarithm", () => {
  const svg = drawing(LINES);
  // The memory of one target is 0.
  assertEquals(numbers(svg, "circle", "cx").length, 5);
  assertEquals(svg.match(/<polyline /g)?.length, 2);
  assertMatch(svg, />memory, MiB</);
});

Deno.test("drawing() escapes what labels and titles say", () => {
  const svg = drawing(BARS);
  assertMatch(svg, /small &amp; quick/);
  assertMatch(svg, /<title>Requests &lt;a second></);
});

Deno.test("drawing() has colours for light pages and for dark ones", () => {
  assertMatch(drawing(BARS), /@media \(prefers-color-scheme: dark\)/);
});

Deno.test("drawing() refuses a table that asks for none, has no such column, or no figures", () => {
  const { plot: _, ...plain } = BARS;
  assertStringIncludes(String(assertThrows(() => drawing(plain))), "asks for no drawing");
  const other = { ...BARS, plot: { ...BARS.plot, columns: ["third"] } };
  assertStringIncludes(String(assertThrows(() => drawing(other))), '"third"');
  assertStringIncludes(
    String(assertThrows(() => drawing({ ...BARS, rows: [] }))),
    "without figures",
  );
});
