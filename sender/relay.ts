// One pass of one pair: scrape the source, deliver what came of it.

import type { Delivery } from "./delivery.ts";
import type { Get } from "./http_source.ts";
import type { Pair } from "./pair.ts";
import type { Report, ScrapeResult } from "./report.ts";
import { deliverPersistently, type PersistentResult } from "./retry.ts";
import { scrape } from "./scrape.ts";

/** What a pass works with. */
export interface RelayDependencies {
  readonly get: Get;
  readonly delivery: Delivery;
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a pass came to. */
export interface Pass {
  readonly scraped: ScrapeResult;
  readonly scrapeMs: number;
  readonly delivered: PersistentResult;
  readonly deliverMs: number;
}

/** A snapshot is good for three intervals, and as long as the next may take. */
export function timeToLiveMs(pair: Pair): number {
  return 3 * pair.intervalMs + pair.timeoutMs;
}

/** Scrapes and delivers once. Rejects only where the signal aborts. */
export async function relayOnce(
  pair: Pair,
  dependencies: RelayDependencies,
  signal: AbortSignal,
): Promise<Pass> {
  const { get, delivery, userAgent, clock } = dependencies;
  const deadline = newDeadline();
  const startedMs = performance.now();
  const scraped = await scrape(pair, { get, userAgent, signal: deadline });
  signal.throwIfAborted();
  const scrapeMs = performance.now() - startedMs;

  const report: Report = {
    result: scraped,
    scrapedAtMs: clock(),
    ttlMs: timeToLiveMs(pair),
    intervalMs: pair.intervalMs,
    labels: pair.labels,
  };
  // A source that used up the time leaves none for saying so: a failure gets its own.
  const delivered = await send(report, scraped.ok ? deadline : newDeadline());
  if (!delivered.ok && delivered.refused && scraped.ok) {
    // What the receiver won't take would be missing without a word: tell it why.
    const failure = { cause: "push_refused", detail: delivered.reason } as const;
    await send({ ...report, result: { ok: false, failure } }, newDeadline());
  }
  signal.throwIfAborted();
  const deliverMs = performance.now() - startedMs - scrapeMs;
  return { scraped, scrapeMs, delivered, deliverMs };

  function newDeadline(): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(pair.timeoutMs)]);
  }

  function send(what: Report, within: AbortSignal): Promise<PersistentResult> {
    const untilMs = startedMs + pair.intervalMs;
    return deliverPersistently(delivery, what, { untilMs, signal: within });
  }
}
