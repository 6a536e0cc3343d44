// What `sender check` found, for people and for programs.

import { formatSize, oneLine } from "../protocol/mod.ts";
import type { Finding, RefusedBy, SourceCheck } from "../sender/mod.ts";
import { formatTable } from "./terminal.ts";

/** Puts a colour on a text, or leaves it as it is. */
export type Paint = (colour: "red" | "yellow" | "green", text: string) => string;

const SUFFIX: Readonly<Record<RefusedBy, string>> = {
  "all": "",
  "from 3.0": " (Prometheus 3 refuses it)",
  "before 3.0": " (Prometheus before 3.0 refuses it)",
  "none": "",
};

/** A table, then what there is to say about each source. */
export function formatChecks(checks: readonly SourceCheck[], paint: Paint): string {
  const rows = checks.map((check) => {
    const { source, answer, scrapeMs } = check;
    const size = answer && formatSize(answer.bodyBytes) +
        (answer.encoding === "gzip" ? " gzip" : "");
    return [
      source,
      status(check),
      String(answer?.verdict.samples ?? "-"),
      size ?? "-",
      `${Math.round(scrapeMs)}ms`,
      answer === undefined ? "-" : oneLine(answer.contentType ?? "none"),
    ];
  });
  const [heading, ...lines] = formatTable([
    ["SOURCE", "STATUS", "SERIES", "SIZE", "TIME", "TYPE"],
    ...rows,
  ]).split("\n");
  const coloured = lines.map((line, index) => {
    const check = checks[index]!;
    const start = check.source.length;
    return line.slice(0, start) +
      line.slice(start).replace(status(check), (text) => paint(colour(check), text));
  });
  const ok = checks.filter((check) => check.ok).length;
  return [
    heading,
    ...coloured,
    ...checks.flatMap((check) => details(check, paint)),
    "",
    `${ok} of ${checks.length} sources are fit for Prometheus`,
  ].join("\n");
}

/** Shape of `--json`. Durations are in seconds, sizes in bytes. */
export function checksToJson(checks: readonly SourceCheck[], warnings: readonly string[]): unknown {
  return {
    ok: checks.length > 0 && checks.every((check) => check.ok),
    warnings,
    sources: checks.map((check) => ({
      source: check.source,
      ok: check.ok,
      status: status(check),
      detail: check.failure?.detail ?? null,
      seconds: check.scrapeMs / 1000,
      type: check.answer?.contentType ?? null,
      encoding: check.answer?.encoding ?? null,
      bytes: check.answer?.bodyBytes ?? null,
      unpacked_bytes: check.answer?.unpackedBytes ?? null,
      series: check.answer?.verdict.samples ?? null,
      findings: (check.answer?.verdict.findings ?? []).map((finding) => ({
        severity: severity(finding),
        refused_by: finding.refusedBy,
        line: finding.line ?? null,
        lines: finding.times,
        message: finding.message,
      })),
      more_findings: check.answer?.verdict.omitted ?? 0,
    })),
  };
}

/** One word: `ok`, `refused`, or the cause of a failed scrape. */
function status({ ok, failure }: SourceCheck): string {
  return failure?.cause ?? (ok ? "ok" : "refused");
}

function colour(check: SourceCheck): "red" | "yellow" | "green" {
  if (!check.ok) return "red";
  return check.answer?.verdict.findings.length ? "yellow" : "green";
}

function severity({ refusedBy }: Finding): "error" | "warning" {
  return refusedBy === "all" ? "error" : "warning";
}

function details({ source, failure, answer }: SourceCheck, paint: Paint): string[] {
  const lines = [
    ...failure === undefined ? [] : [`  ${paint("red", "error")}    ${oneLine(failure.detail)}`],
    ...(answer?.verdict.findings ?? []).map((finding) => `  ${describe(finding, paint)}`),
  ];
  const omitted = answer?.verdict.omitted ?? 0;
  if (omitted > 0) lines.push(`  and ${omitted} more`);
  return lines.length === 0 ? [] : ["", source, ...lines];
}

function describe(finding: Finding, paint: Paint): string {
  const { refusedBy, line, times, message } = finding;
  const word = severity(finding);
  const padding = " ".repeat("warning  ".length - word.length);
  const place = line === undefined ? "" : `line ${line}: `;
  const others = times > 1 ? `, and on ${times - 1} more` : "";
  return paint(word === "error" ? "red" : "yellow", word) + padding + place + message +
    SUFFIX[refusedBy] + others;
}
