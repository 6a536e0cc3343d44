import { assertEquals } from "@std/assert";
import { formatChecks } from "../../cli/check_report.ts";
import type { Finding, SourceCheck } from "../../sender/mod.ts";

function check(findings: readonly Finding[], ok: boolean, omitted = 0): SourceCheck {
  return {
    source: "http://ok/refused",
    ok,
    scrapeMs: 1.4,
    failure: undefined,
    answer: {
      contentType: "text/plain\x1b[2J",
      bodyBytes: 9,
      encoding: "identity",
      unpackedBytes: 9,
      verdict: { samples: 1, findings, omitted },
    },
  };
}

const finding: Finding = { refusedBy: "all", line: 3, times: 1, message: "Broken" };

Deno.test("formatChecks() colours the status and the words, and no more", () => {
  const checks = [
    check([], true),
    check([{ ...finding, refusedBy: "before 3.0", times: 4 }], true),
    check([finding, { ...finding, refusedBy: "from 3.0", line: undefined }], false, 2),
  ];
  const text = formatChecks(checks, (colour, text) => `<${colour}:${text}>`);
  assertEquals(text.split("\n"), [
    "SOURCE             STATUS   SERIES  SIZE  TIME  TYPE",
    "http://ok/refused  <green:ok>       1       9B    1ms   text/plain [2J",
    "http://ok/refused  <yellow:ok>       1       9B    1ms   text/plain [2J",
    "http://ok/refused  <red:refused>  1       9B    1ms   text/plain [2J",
    "",
    "http://ok/refused",
    "  <yellow:warning>  line 3: Broken (Prometheus before 3.0 refuses it), and on 3 more",
    "",
    "http://ok/refused",
    "  <red:error>    line 3: Broken",
    "  <yellow:warning>  Broken (Prometheus 3 refuses it)",
    "  and 2 more",
    "",
    "2 of 3 sources are fit for Prometheus",
  ]);
});
