// `prompipe sender doctor`: the whole way from the sources to the receivers, looked at.

import {
  createGet,
  type Diagnosis,
  type DoctorFinding,
  type Level,
  pairsOf,
  Transports,
  withOwn,
} from "../sender/mod.ts";
import type { DoctorFlags } from "./command.ts";
import { LateMetrics } from "./late_metrics.ts";
import { loadConfig } from "./load_config.ts";
import { Fault, painter, print, showProgress } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Prints what was found; 1 with anything that stops the pipe. */
export async function runDoctor(flags: DoctorFlags): Promise<number> {
  const { config, warnings } = await loadConfig(flags.config);
  const pairs = pairsOf(config);
  if (pairs.length === 0) {
    throw new Fault(1, ["There is no target to push:", ...warnings].join("\n  "));
  }
  const { diagnose, systemLookup } = await import("../sender/doctor/mod.ts");
  using httpGet = createGet();
  const metrics = new LateMetrics();
  if (config.self !== undefined) await metrics.open(config);
  const get = withOwn(httpGet, metrics);
  using transports = new Transports();
  const diagnoses = await diagnose(pairs, {
    get,
    fetchFor: (tls) => transports.fetchFor(tls),
    lookup: systemLookup,
    env: (name) => Deno.env.get(name),
    userAgent: `prompipe/${VERSION}`,
    scrapeUrl: flags.scrapeUrl === undefined ? undefined : new URL(flags.scrapeUrl),
    progress: showProgress,
  });
  showProgress("");
  if (flags.json) print(JSON.stringify({ ...toJson(diagnoses), warnings }, null, 2));
  else print([format(diagnoses), ...warnings.map((each) => `\n${each}`)].join("\n"));
  return count(diagnoses, "stop") === 0 ? 0 : 1;
}

function format(diagnoses: readonly Diagnosis[]): string {
  const stops = count(diagnoses, "stop");
  const warnings = count(diagnoses, "warning");
  return [
    ...diagnoses.flatMap(({ receiver, targets, findings }) => [
      `${receiver} (${targets === 1 ? "1 target" : `${targets} targets`})`,
      ...findings.flatMap(formatFinding),
      "",
    ]),
    stops === 0
      ? `The pipe works${warnings === 0 ? "" : `, with ${plural(warnings, "warning")}`}`
      : `${plural(stops, "finding")} ${stops === 1 ? "stops" : "stop"} the pipe`,
  ].join("\n");
}

const MARKS: Readonly<Record<Level, readonly [string, "green" | "yellow" | "red" | undefined]>> = {
  ok: ["ok", "green"],
  note: ["note", undefined],
  warning: ["warning", "yellow"],
  stop: ["STOP", "red"],
};

function formatFinding({ step, level, message, remedy }: DoctorFinding): string[] {
  const [word, colour] = MARKS[level];
  const padding = " ".repeat("warning  ".length - word.length);
  const mark = colour === undefined ? word : painter()(colour, word);
  const line = `  ${mark}${padding}${step.padEnd("connection  ".length)}${message}`;
  return remedy === undefined ? [line] : [line, `${" ".repeat(23)}→ ${remedy}`];
}

/** Shape of `--json`. */
function toJson(diagnoses: readonly Diagnosis[]) {
  return {
    ok: count(diagnoses, "stop") === 0,
    receivers: diagnoses.map(({ findings, ...diagnosis }) => ({
      ...diagnosis,
      findings: findings.map((finding) => ({ ...finding, remedy: finding.remedy ?? null })),
    })),
  };
}

function count(diagnoses: readonly Diagnosis[], level: Level): number {
  return diagnoses.flatMap(({ findings }) => findings)
    .filter((finding) => finding.level === level).length;
}

function plural(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
