import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { makeNameFilter } from "../../../sender/filter/name_filter.ts";
import { MAX_LINE_BYTES, SeriesFilter } from "../../../sender/filter/series_filter.ts";
import { referenceFilter } from "./reference_filter.ts";

type Passes = (name: string) => boolean;

/** What is kept of a body that comes in pieces of so many bytes. */
function filtered(body: string, passes: Passes, pieceBytes = 7): string {
  const filter = new SeriesFilter(passes);
  const bytes = new TextEncoder().encode(body);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    assertEquals(filter.push(bytes.subarray(at, at + pieceBytes)), true);
  }
  return new TextDecoder().decode(filter.finish());
}

const passes = (...names: string[]): Passes => (name) => names.includes(name);

const KEPT: readonly (readonly [string, Passes, string])[] = [
  ["", passes(), ""],
  ["a 1\nb 2\na 3", passes("a"), "a 1\na 3"],
  ["a 1\nb 2", passes("a"), "a 1\n"],
  ['a{x="}\\" b 1"} 1\nb 2\n', passes("b"), "b 2\n"],
  ['a{x="1\nb 1\n"} 1\nb 2\n', passes("b"), "b 2\n"],
  ['a {x="1",} 1 5\nb\t2\n', passes("a"), 'a {x="1",} 1 5\n'],
  ["# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\nb 1\n", passes("b"), "# HELP b x\nb 1\n"],
  ["# HELP a x\n# HELP b y\na 1\nb 2\n", passes("b"), "# HELP b y\nb 2\n"],
  ["# words\n#\n\na 1\n# EOF\n", passes(), "# words\n#\n\n# EOF\n"],
  [
    '# TYPE h histogram\n# HELP h x\nh_bucket{le="1"} 1 # {t="x"} 1\nh_sum 1\nh_count 1\n# EOF\n',
    passes("h_count"),
    "# TYPE h histogram\n# HELP h x\nh_count 1\n# EOF\n",
  ],
  ["# TYPE h gauge\nh 1\nh_count 1\n", passes("h_count"), "h_count 1\n"],
  [
    "# TYPE c counter\n# UNIT c s\nc_total 1\n",
    passes("c_total"),
    "# TYPE c counter\n# UNIT c s\nc_total 1\n",
  ],
  ["# TYPE c counter\nc_total 1\n", passes("c"), ""],
  [
    "# TYPE a_count gauge\n# TYPE a summary\na_count 1\n",
    passes("a_count"),
    "# TYPE a_count gauge\na_count 1\n",
  ],
  ["a 1\n# TYPE a gauge\n# HELP b x\n", passes("a"), "a 1\n# TYPE a gauge\n"],
  [
    "h_sum 1\n# HELP h x\n# TYPE h summary\n",
    passes("h_sum"),
    "h_sum 1\n# HELP h x\n# TYPE h summary\n",
  ],
  ['{"a.b",x="y"} 1\n{x="y","c.d"} 1\n', passes("c.d"), '{x="y","c.d"} 1\n'],
  ['# HELP "a.b" x\n# TYPE "c" gauge\n{"a.b"} 1\n', passes("a.b"), '# HELP "a.b" x\n{"a.b"} 1\n'],
  ['{"a\\"\\\\\\nb"} 1\n', passes('a"\\\nb'), '{"a\\"\\\\\\nb"} 1\n'],
  ['a{"b.c"="d"} 1\n', passes("b.c"), ""],
  ['{"größe"} 1\n', passes("größe"), '{"größe"} 1\n'],
  [" a 1\nb 1\n", passes(" a"), " a 1\n"],
  ["<html>\n1a 1\na 1\n", passes(), "<html>\n1a 1\n"],
  ['a{x="open 1\nb 1\n', passes(), 'a{x="open 1\nb 1\n'],
  ["# HELP a x", passes("a"), ""],
  ["a 1\n# HELP a x", passes("a"), "a 1\n# HELP a x"],
];

Deno.test("SeriesFilter keeps series by name, metadata with them, and what it doesn't know", () => {
  for (const [body, passes, expected] of KEPT) {
    for (const pieceBytes of [1, 7, 1000]) {
      assertEquals(filtered(body, passes, pieceBytes), expected, JSON.stringify(body));
    }
  }
});

function withoutMetadata(body: string): string {
  return body.replaceAll(/^# (?:HELP|TYPE) .*\n?/gm, "");
}

Deno.test("SeriesFilter keeps what the reference keeps, however the body is cut", () => {
  const family = fc.constantFrom("a", "b", "c_d", "e:f", "_");
  const type = fc.constantFrom("counter", "gauge", "histogram", "summary", "info", "unknown");
  const suffix = fc.constantFrom("", "_total", "_bucket", "_sum", "_count", "_created", "_info");
  const labels = fc.array(
    fc.string({ unit: "grapheme", maxLength: 5 }).map((text) =>
      `l="${text.replace(/[\\"]/g, "\\$&").replace(/[\n\0]/g, "")}"`
    ),
    { maxLength: 2 },
  ).map((each) => each.length === 0 ? "" : `{${each.join(",")}}`);
  const series = fc.tuple(suffix, labels, fc.constantFrom("1", "NaN 5", '2 # {t="x"} 1'));
  const block = fc.tuple(type, fc.boolean(), fc.array(series, { maxLength: 6 }));
  const body = fc.tuple(
    fc.uniqueArray(family, { maxLength: 5 }).chain((families) =>
      fc.tuple(
        ...families.map((name) =>
          block.map(([type, help, series]) =>
            `# TYPE ${name} ${type}\n${help ? `# HELP ${name} x\n` : ""}` +
            series.map(([suffix, labels, end]) => `${name}${suffix}${labels} ${end}\n`).join("")
          )
        ),
      )
    ),
    fc.constantFrom("", "# EOF\n", "\n# words"),
  ).map(([blocks, end]) => blocks.join("") + end);
  const names = fc.func<[string], boolean>(fc.boolean());
  fc.assert(
    fc.property(body, names, fc.integer({ min: 1, max: 50 }), (body, passes, pieceBytes) => {
      const kept = filtered(body, passes, pieceBytes);
      const expected = referenceFilter(body, passes);
      assertEquals(withoutMetadata(kept), withoutMetadata(expected));
      // Metadata may come later: just before the first series of its family.
      assertEquals(kept.split("\n").sort(), expected.split("\n").sort());
    }),
    { numRuns: 500 },
  );
});

Deno.test("SeriesFilter that lets all pass changes no byte of series and comments", () => {
  const pieces = fc.constantFrom(...'a{}=",# \n\t\r\\1.', "a 1\n", "# x\n", "# EOF", "\0", "ü");
  fc.assert(
    fc.property(fc.array(pieces), fc.integer({ min: 1, max: 20 }), (pieces, pieceBytes) => {
      const body = pieces.join("");
      assertEquals(filtered(body, () => true, pieceBytes), body);
    }),
    { numRuns: 500 },
  );
});

Deno.test("SeriesFilter.push() says when a line is longer than it holds back", () => {
  const filter = new SeriesFilter(() => true);
  const half = new Uint8Array(MAX_LINE_BYTES / 2).fill(0x61);
  assertEquals([filter.push(half), filter.push(half), filter.push(half)], [true, true, false]);
});

Deno.test("makeNameFilter() takes what keep matches whole, without what drop does", async () => {
  const filter = await makeNameFilter({ keep: ["node_.*", "(?i)UP"], drop: [".*_total", "up."] });
  const names = ["node_load1", "node_cpu_total", "up", "upx", "xnode_load1", "node"];
  assertEquals(names.filter(filter), ["node_load1", "up"]);
  const none = await makeNameFilter({ keep: [], drop: ["go_.*"] });
  assertEquals(["go_x", "up", "a\nb"].filter(none), ["up", "a\nb"]);
  const dot = await makeNameFilter({ keep: ["a.b"], drop: [] });
  assertEquals(dot("a\nb"), true);
});
