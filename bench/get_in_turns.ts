// GETs that take turns, timed in a process of its own, whose garbage is little and soon
// collected: in a large one, that would be the slowest of all answers.

import { createGet } from "../sender/http_source.ts";
import { runScript } from "./source_fleet.ts";

/** How often, and how. */
export interface Turns {
  readonly urls: readonly string[];
  /** Of each. */
  readonly count: number;
  /** Before these, without being counted. */
  readonly warmUp: number;
  /** After each round of turns. */
  readonly pauseMs: number;
}

/** Of Prometheus 3. */
const ACCEPT = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
  "application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const MAX_BODY_BYTES = 2 ** 26;
const TIMEOUT_MS = 600_000;

/** Seconds from each request to the last byte of its answer, by URL. Fails for any status but 200. */
export async function getInTurns(turns: Turns): Promise<number[][]> {
  await using process = runScript("get_in_turns.ts", [JSON.stringify(turns)]);
  const [, taken] = await process.waitForOutput(/^taken (.*)$/m, { timeoutMs: TIMEOUT_MS });
  return JSON.parse(taken!);
}

async function run({ urls, count, warmUp, pauseMs }: Turns): Promise<number[][]> {
  using get = createGet();
  const { signal } = new AbortController();
  const taken = urls.map(() => [] as number[]);
  for (let n = -warmUp; n < count; n++) {
    for (const [at, url] of urls.entries()) {
      const headers = {
        // Whoever wants the same on demand within 100 ms gets the same answer.
        "Accept": `${ACCEPT},x/${n + warmUp};q=0.1`,
        "Accept-Encoding": "gzip",
        "X-Prometheus-Scrape-Timeout-Seconds": "10",
      };
      const startMs = performance.now();
      const { status } = await get(new URL(url), { headers, signal, maxBodyBytes: MAX_BODY_BYTES });
      const tookMs = performance.now() - startMs;
      if (status !== 200) throw new Error(`"${url}" answered ${status}`);
      if (n >= 0) taken[at]!.push(tookMs / 1000);
    }
    await new Promise((go) => setTimeout(go, pauseMs));
  }
  return taken;
}

if (import.meta.main) {
  console.log(`taken ${JSON.stringify(await run(JSON.parse(Deno.args[0]!)))}`);
}
