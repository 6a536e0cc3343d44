// `prompipe sender check`: reads the config and scrapes each source once.

import { formatSize } from "../protocol/mod.ts";
import { createGet, type Pair, scrape, sourceName } from "../sender/mod.ts";
import type { SenderFlags } from "./command.ts";
import { loadConfig } from "./load_config.ts";
import { formatTable, print } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Sources that are asked at once. */
const CONCURRENCY = 16;

/** Prints a line per source; 1 where one can't be scraped. */
export async function runCheck(flags: SenderFlags): Promise<number> {
  const { config: { pairs }, warnings } = await loadConfig(flags.config);
  using get = createGet();
  const rows: { ok: boolean; cells: string[] }[] = [];
  const queue = pairs.entries();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const [index, pair] of queue) rows[index] = await checkPair(pair, get);
  });
  await Promise.all(workers);

  print(formatTable([
    ["SOURCE", "RESULT", "SIZE", "TIME", "TYPE"],
    ...rows.map((row) => row.cells),
  ]));
  for (const warning of warnings) print(`\n${warning}`);
  const bad = rows.filter((row) => !row.ok).length;
  print(`\n${rows.length - bad} of ${rows.length} sources answer`);
  return bad === 0 ? 0 : 1;
}

async function checkPair(pair: Pair, get: ReturnType<typeof createGet>) {
  const startMs = performance.now();
  const signal = AbortSignal.timeout(pair.timeoutMs);
  const result = await scrape(pair, { get, userAgent: `prompipe/${VERSION}`, signal });
  const time = `${Math.round(performance.now() - startMs)}ms`;
  const source = sourceName(pair.source);
  if (!result.ok) {
    const { cause, detail } = result.failure;
    return { ok: false, cells: [source, `${cause}: ${detail}`, "", time, ""] };
  }
  const size = formatSize(result.body.byteLength) + (result.encoding === "gzip" ? " gzip" : "");
  return { ok: true, cells: [source, "ok", size, time, result.contentType ?? "none"] };
}
