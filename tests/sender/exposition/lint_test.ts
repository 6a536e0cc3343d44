import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { lint, type Verdict } from "../../../sender/exposition/lint.ts";
import { OPENMETRICS, TEXT } from "../exposition_corpus/case.ts";
import { CORPUS } from "../exposition_corpus/mod.ts";

const NOW_MS = Date.UTC(2026, 0, 1);

function lintText(body: string, contentType: string | undefined = TEXT): Promise<Verdict> {
  return lint(new TextEncoder().encode(body), { contentType, nowMs: NOW_MS });
}

/** Each finding as one line: who refuses, where, and why. */
function lines({ findings }: Verdict): string[] {
  return findings.map(({ refusedBy, line, message, times }) =>
    `${refusedBy}: ${line ?? "-"}: ${message}${times > 1 ? ` (${times})` : ""}`
  );
}

Deno.test("lint() refuses what Prometheus 2.42 refuses, for the same line", async () => {
  assert(CORPUS.length >= 700);
  const keys = CORPUS.map(({ contentType, body }) => `${contentType}\n${body}`);
  assertEquals(new Set(keys).size, CORPUS.length);
  for (const { name, contentType, body, refusedAt } of CORPUS) {
    const { findings, refusedBy } = await lint(body, { contentType, nowMs: NOW_MS });
    const refusals = findings.filter((finding) =>
      finding.refusedBy === "all" || finding.refusedBy === "before 3.0"
    );
    assertEquals(refusedBy.has("all") || refusedBy.has("before 3.0"), refusals.length > 0, name);
    const first = refusals.map(({ line }) => line).sort((a, b) => a! - b!)[0];
    assertEquals(first, refusedAt, `${name}: ${JSON.stringify(findings)}`);
  }
});

const SAID: readonly (readonly [string, string, readonly string[]])[] = [
  [TEXT, "m 1\n", []],
  [TEXT, "m x\n", ['all: 1: The value "x" is not a number']],
  [TEXT, "m 1e999\n", ['all: 1: The value "1e999" is larger than a number can be']],
  [TEXT, "a 1\r\nb 1\r\n", ["all: 1: The line ends in CRLF, not in a line feed alone (2)"]],
  [TEXT, "# TYPE m gauge\r\n", ["all: 1: The line ends in CRLF, not in a line feed alone"]],
  [TEXT, "\ufeffm 1\n", ["all: 1: The body starts with a byte-order mark"]],
  [TEXT, "<html>\n", ['all: 1: The line starts with neither a name nor "#"']],
  [TEXT, "\n\nm\n", ["all: 3: A value is missing"]],
  [TEXT, 'm{a="b} 1\n', ["all: 1: A closing quote is missing"]],
  [TEXT, "m{a=b} 1\n", ["all: 1: A label's value is not quoted"]],
  [TEXT, 'm{a="b" 1\n', ["all: 1: A label's name is not a name"]],
  [TEXT, 'm{a="b"\n', ['all: 1: "}" is missing']],
  [TEXT, "m{a} 1\n", ['all: 1: "=" is missing after a label\'s name']],
  [TEXT, 'm{a="b",a="c"} 1\n', ['all: 1: The label "a" stands twice']],
  [TEXT, "m 1 1.5\n", [
    "all: 1: What stands behind the value is no timestamp in whole milliseconds",
  ]],
  [TEXT, "# TYPE m timer\n", ['all: 1: The type "timer" is unknown']],
  [TEXT, "# TYPE m ga\u0007\u202euge\n", ['all: 1: The type "ga\\u0007\\u{202e}uge" is unknown']],
  [TEXT, " m 1\n", ["before 3.0: 1: Blanks stand before the name"]],
  [TEXT, '{"my.metric"} 1\n# HELP "my.metric" x\n', [
    "before 3.0: 1: A quoted name is UTF-8 syntax (2)",
  ]],
  [TEXT, 'm{"a.b"="c"} 1\n', ["before 3.0: 1: A quoted name is UTF-8 syntax"]],
  [TEXT, 'm{"n"} 1\n', [
    "all: 1: The metric has two names",
    "before 3.0: 1: A quoted name is UTF-8 syntax",
  ]],
  [TEXT, '{"a","b"} 1\n', [
    "all: 1: The metric has two names",
    "before 3.0: 1: A quoted name is UTF-8 syntax",
  ]],
  [TEXT, '{a="b"} 1\n', ["all: 1: The series has no name"]],
  [TEXT, '{""} 1\n', [
    "all: 1: A name is empty",
    "before 3.0: 1: A quoted name is UTF-8 syntax",
  ]],
  [TEXT, 'm{a="1",b="2"} 1\nm{b="2",a="1"} 2\n', [
    "none: 2: A series stands twice, of which Prometheus keeps the first sample",
  ]],
  [TEXT, `m 1 ${NOW_MS}\nm 1 ${NOW_MS + 1}\n`, [
    "none: 1: Samples carry a time: such a series does not go stale when it is gone (2)",
  ]],
  [TEXT, `m 1 ${NOW_MS / 1000}\n`, [
    "none: 1: Samples carry a time: such a series does not go stale when it is gone",
    "none: 1: A sample's time is more than an hour old: Prometheus may drop it",
  ]],
  [OPENMETRICS, `m 1 ${NOW_MS}\n# EOF\n`, [
    "none: 1: Samples carry a time: such a series does not go stale when it is gone",
    "none: 1: A sample's time is more than 10 minutes ahead: Prometheus drops it",
  ]],
  [TEXT, 'a 1\nb 1\na{x="1"} 1\n', ['none: 3: The lines of "a" are not in one piece']],
  [TEXT, '# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n', []],
  [TEXT, "# TYPE m gauge\n# TYPE m gauge\n", ['none: 2: TYPE of "m" stands twice']],
  [TEXT, "m 1\n\0rest\n", ["none: 2: Prometheus reads no further than to the NUL byte here"]],
  [TEXT, "", ["none: -: The body is empty: all series would go stale"]],
  [OPENMETRICS, "m 1\n", ['all: 2: The body does not end with "# EOF"']],
  [OPENMETRICS, "m 1\n# EOF\nn 1\n", ['all: 2: Something stands behind "# EOF"']],
  [OPENMETRICS, "# words\n# EOF\n", ["all: 1: OpenMetrics has no comments"]],
  [OPENMETRICS, "\n# EOF\n", ["all: 1: The line is empty"]],
  [OPENMETRICS, "# UNIT m s\n# EOF\n", [
    'all: 1: The unit "s" is not what the metric\'s name ends in',
  ]],
  [OPENMETRICS, 'm{a="b",} 1\n# EOF\n', ["before 3.0: 1: A comma stands behind the last label"]],
  [OPENMETRICS, 'm 1 # {a="b"} 1\n# EOF\n', [
    "before 3.0: 1: An exemplar stands at a series that is no counter or bucket",
  ]],
  [OPENMETRICS, 'm_total 1 # {"a"} 1\n# EOF\n', [
    "all: 1: An exemplar's label has no value",
    "before 3.0: 1: A quoted name is UTF-8 syntax",
  ]],
  ["text/plain; version=0.0.4", "m 1\n", [
    "none: -: The Content-Type has no charset, and Prometheus takes it for utf-8",
  ]],
  ["text/plain; charset=latin1", "m 1\n", [
    "none: -: The Content-Type has another charset than utf-8, and Prometheus reads utf-8",
  ]],
  ["text/plain; charset=utf-8; charset=utf-8", "m 1\n", [
    'from 3.0: -: The Content-Type says "charset" twice',
  ]],
  ["text/html", "m 1\n", ['from 3.0: -: The Content-Type "text/html" is unknown to Prometheus']],
  ["text/plain; charset", "m 1\n", ["from 3.0: -: The Content-Type has a broken parameter"]],
  ["a b", "m 1\n", ["from 3.0: -: The Content-Type is not a media type"]],
];

Deno.test("lint() says what is wrong, in which line, and who refuses it", async () => {
  for (const [type, body, expected] of SAID) {
    assertEquals(lines(await lintText(body, type)), expected, JSON.stringify(body));
  }
});

Deno.test("lint() says that the Content-Type is missing", async () => {
  const { findings, refusedBy } = await lint(new Uint8Array(), {
    contentType: undefined,
    nowMs: NOW_MS,
  });
  assertEquals(findings[0]!.message.split(":")[0], "The Content-Type is missing");
  assertEquals([...refusedBy], ["none"]);
});

Deno.test("lint() counts samples, and reads no protobuf", async () => {
  assertEquals((await lintText('# HELP m x\nm 1\nm{a="b"} 1\n\n# x\nn 1')).samples, 3);
  const protobuf = await lintText("\u0001\u0002", "application/vnd.google.protobuf; proto=x");
  assertEquals([protobuf.format, protobuf.samples], ["protobuf", undefined]);
  assertEquals([...protobuf.refusedBy], ["none"]);
});

Deno.test("lint() lists twenty sorts of objections and counts the others", async () => {
  const broken = Array.from({ length: 30 }, (_, index) => `m x${index}\n`).join("");
  const { findings, omitted } = await lintText(broken);
  assertEquals([findings.length, omitted], [20, 10]);
  assertEquals(findings.map(({ line }) => line), Array.from({ length: 20 }, (_, i) => i + 1));
});

Deno.test("lint() takes every body that is written by the rules, and counts its samples", async () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/);
  const label = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,8}$/);
  const value = fc.string({ unit: "binary", maxLength: 12 }).map((text) =>
    text.toWellFormed().replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")
  );
  const number = fc.oneof(fc.double(), fc.integer()).map((each) =>
    String(each).replace("Infinity", "Inf")
  );
  const labels = fc.uniqueArray(fc.tuple(label, value), { selector: ([key]) => key, maxLength: 4 });
  const sample = fc.tuple(name, labels, number);
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { maxLength: 20 }), async (samples) => {
      const body = samples.map(([name, labels, number]) =>
        `${name}{${labels.map(([key, text]) => `${key}="${text}"`).join(",")}} ${number}\n`
      ).join("");
      for (const verdict of [await lintText(body), await lintText(`${body}# EOF\n`, OPENMETRICS)]) {
        assertEquals(verdict.samples, samples.length);
        assertEquals([...verdict.refusedBy].filter((who) => who !== "none"), [], body);
      }
    }),
  );
});

Deno.test("lint() ends on any bytes, and names a line that is there", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(
      fc.constantFrom(...'m{}=",# \n\t\r\\1.e+-', "HELP ", "TYPE ", "# EOF", "\0", "ü", "NaN"),
      { maxLength: 60 },
    ).map((pieces) => new TextEncoder().encode(pieces.join(""))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(TEXT, OPENMETRICS), async (body, contentType) => {
      const { findings } = await lint(body, { contentType, nowMs: NOW_MS });
      const lineCount = body.filter((byte) => byte === 0x0a).length + 1;
      for (const { line = 1 } of findings) assert(line >= 1 && line <= lineCount);
    }),
    { numRuns: 1000 },
  );
});
