// `prompipe sender check`: reads the config, scrapes each source once, and says what
// Prometheus would object to.

import { createGet, type Pair, type SourceCheck } from "../sender/mod.ts";
import { checksToJson, formatChecks } from "./check_report.ts";
import type { CheckFlags } from "./command.ts";
import { loadConfig } from "./load_config.ts";
import { painter, print, showProgress } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Sources that are asked at once. */
const CONCURRENCY = 16;

/** 1 where a source can't be scraped, or Prometheus would refuse what it says. */
export async function runCheck(flags: CheckFlags): Promise<number> {
  const { config: { pairs }, warnings } = await loadConfig(flags.config);
  const checks = await checkAll(pairs);
  if (flags.json) {
    print(JSON.stringify(checksToJson(checks, warnings), null, 2));
  } else {
    print(formatChecks(checks, painter()));
    for (const warning of warnings) print(`\n${warning}`);
  }
  return checks.length > 0 && checks.every(({ ok }) => ok) ? 0 : 1;
}

async function checkAll(pairs: readonly Pair[]): Promise<readonly SourceCheck[]> {
  const { checkSource } = await import("../sender/check_source.ts");
  using get = createGet();
  const checks: SourceCheck[] = [];
  const queue = pairs.entries();
  let done = 0;
  const progress = () => showProgress(`${done} of ${pairs.length} sources checked`);
  progress();
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (const [index, pair] of queue) {
      checks[index] = await checkSource(pair, {
        get,
        userAgent: `prompipe/${VERSION}`,
        nowMs: Date.now,
      });
      done++;
      progress();
    }
  }));
  showProgress("");
  return checks;
}
