// A pair that is on demand: nothing happens until its receiver asks.

import { Condition } from "../condition.ts";
import type { DeliveryResult } from "../delivery.ts";
import type { Get } from "../http_source.ts";
import type { Log } from "../log.ts";
import { type Destination, type Pair, pairFields, type Source, sourceName } from "../pair.ts";
import { timeToLiveMs } from "../relay.ts";
import type { Scraped, ScrapeResult } from "../report.ts";
import { scrape } from "../scrape.ts";
import type { PassObserver } from "../target_loop.ts";
import { type Timing, within } from "../timing.ts";
import { channelInfo } from "./channel.ts";
import type { Links } from "./links.ts";
import type { Ask, OnDemandSource } from "./answer.ts";

/** What a pair on demand works with. */
export interface OnDemandDependencies {
  readonly get: Get;
  readonly links: Pick<Links, "linkFor" | "release">;
  readonly userAgent: string;
  readonly observer: PassObserver;
  readonly log: Log;
  readonly timing: Timing;
}

/** Lets a pair's receivers ask its source until the signal aborts. */
export async function runOnDemand(
  pair: Pair,
  dependencies: OnDemandDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { links, log } = dependencies;
  const condition = new Condition(log, pairFields(pair), {
    bad: "scrape failing",
    good: "scrape recovered",
  });
  const ends = pair.destinations.map((destination) => {
    const link = links.linkFor(destination);
    const source = new AskedSource({ ...dependencies, pair, destination, condition });
    const channel = link.offer(channelInfo(destination, pair), source);
    return () => {
      link.close(channel);
      void links.release(link);
    };
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
  for (const end of ends) end();
}

interface AskedOptions extends Omit<OnDemandDependencies, "links"> {
  readonly pair: Pair;
  readonly destination: Destination;
  readonly condition: Condition;
}

class AskedSource implements OnDemandSource {
  readonly #options: AskedOptions;
  readonly #push: Condition;

  constructor(options: AskedOptions) {
    this.#options = options;
    const { log, pair, destination } = options;
    const fields = { source: sourceName(pair.source), destination: destination.url.href };
    this.#push = new Condition(log, fields, { bad: "target refused", good: "target taken" });
  }

  async ask({ accept, params, timeoutMs }: Ask, signal: AbortSignal): Promise<ScrapeResult> {
    const { pair, get, userAgent, observer, timing, condition } = this.#options;
    const { maxBodyBytes } = pair;
    const source = withParams(pair.source, params);
    const startedMs = timing.now();
    const scraped = await within(
      timeoutMs,
      { timing, signal },
      (deadline) =>
        scrape({ source, timeoutMs, maxBodyBytes }, {
          get,
          userAgent,
          signal: deadline,
          // A filter knows text alone.
          accept: pair.source.filter === undefined && accept !== "" ? accept : undefined,
        }),
    );
    if (signal.aborted) return scraped;
    observer.passed(pair, { scraped, scrapeMs: timing.now() - startedMs });
    condition.report(
      scraped.ok ? undefined : `${scraped.failure.cause}: ${scraped.failure.detail}`,
    );
    return scraped;
  }

  answered(scraped: Scraped, result: DeliveryResult, durationMs: number): void {
    const { pair, destination, observer } = this.#options;
    const { intervalMs, labels } = pair;
    const ttlMs = timeToLiveMs(pair);
    this.#push.report(result.ok ? undefined : result.reason);
    observer.attempted(pair, destination, {
      report: { result: scraped, scrapedAtMs: Date.now(), ttlMs, intervalMs, labels },
      result,
      durationMs,
      failures: 0,
      failingMs: 0,
      again: false,
    });
  }

  refused(reason: string): void {
    this.#push.report(reason);
  }
}

/** The scraper's parameters take the place of those of the same name. */
function withParams(source: Source, params: URLSearchParams): Source {
  if (params.size === 0) return source;
  const url = new URL(source.url);
  for (const name of new Set(params.keys())) url.searchParams.delete(name);
  for (const [name, value] of params) url.searchParams.append(name, value);
  return { ...source, url };
}
