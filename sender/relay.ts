// One pass of one pair: scrape the source, hand what came of it to each destination.

import type { Get } from "./http_source.ts";
import type { Pair } from "./pair.ts";
import type { Report, ScrapeResult } from "./report.ts";
import { scrape } from "./scrape.ts";
import { type Timing, within } from "./timing.ts";

/** Who takes reports to a destination. Takes them at once, and delivers when it can. */
export interface Post {
  /** `timeoutMs`: what is left of the pass's time, for a first attempt. */
  offer(report: Report, options: { readonly timeoutMs: number }): void;
}

/** What a pass works with. */
export interface RelayDependencies {
  readonly get: Get;
  readonly posts: readonly Post[];
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly timing: Timing;
}

/** What a pass came to. */
export interface Pass {
  readonly scraped: ScrapeResult;
  readonly scrapeMs: number;
}

/** A snapshot is good for three intervals, and as long as the next may take. */
export function timeToLiveMs(pair: Pair): number {
  return 3 * pair.intervalMs + pair.timeoutMs;
}

/** Scrapes once, and offers the result. Rejects only where the signal aborts. */
export async function relayOnce(
  pair: Pair,
  dependencies: RelayDependencies,
  signal: AbortSignal,
): Promise<Pass> {
  const { get, posts, userAgent, clock, timing } = dependencies;
  const { timeoutMs, intervalMs, labels } = pair;
  const startedMs = timing.now();
  const scraped = await within(
    timeoutMs,
    { timing, signal },
    (deadline) => scrape(pair, { get, userAgent, signal: deadline }),
  );
  signal.throwIfAborted();
  const scrapeMs = timing.now() - startedMs;
  const report: Report = {
    result: scraped,
    scrapedAtMs: clock(),
    ttlMs: timeToLiveMs(pair),
    intervalMs,
    labels,
  };
  // A source that used up the time leaves none for saying so: a failure gets its own.
  const leftMs = scraped.ok ? timeoutMs - scrapeMs : timeoutMs;
  for (const post of posts) post.offer(report, { timeoutMs: leftMs });
  return { scraped, scrapeMs };
}
