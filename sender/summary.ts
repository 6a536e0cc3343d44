// What the loops did since the last summary, and how things stand.

import { formatSize } from "../protocol/mod.ts";
import type { Attempt } from "./outbox.ts";
import type { Destination, Pair } from "./pair.ts";
import type { Pass } from "./relay.ts";
import type { PassObserver } from "./target_loop.ts";

/** Counts, to be told now and then. */
export class Summary implements PassObserver {
  #counts = newCounts();
  readonly #failingSources = new Set<Pair>();
  readonly #failingDestinations = new Set<Destination>();

  passed(pair: Pair, { scraped }: Pass): void {
    this.#counts.scrapes++;
    mark(this.#failingSources, pair, scraped.ok);
    if (!scraped.ok) this.#counts.failedScrapes++;
  }

  skipped(_: Pair, count: number): void {
    this.#counts.skipped += count;
  }

  attempted(_: Pair, destination: Destination, { result }: Attempt): void {
    mark(this.#failingDestinations, destination, result.ok);
    if (result.ok) {
      this.#counts.deliveries++;
      this.#counts.sentBytes += result.bodyBytes;
    } else if (!result.retriable) this.#counts.lost++;
  }

  replaced(): void {
    this.#counts.lost++;
  }

  /** Pairs that are no more are not failing either. */
  forget(pair: Pair): void {
    this.#failingSources.delete(pair);
    for (const destination of pair.destinations) this.#failingDestinations.delete(destination);
  }

  /** One line on how things stand. */
  get standing(): string {
    const sources = this.#failingSources.size;
    const destinations = this.#failingDestinations.size;
    if (sources + destinations === 0) return "all well";
    return `failing: ${sources} of the sources, ${destinations} of the destinations`;
  }

  /** The fields of a summary's line; counts from 0 again. */
  take(): Record<string, unknown> {
    const { scrapes, failedScrapes, deliveries, lost, skipped, sentBytes } = this.#counts;
    this.#counts = newCounts();
    const told: Record<string, unknown> = { scrapes, deliveries, sent: formatSize(sentBytes) };
    const troubles = {
      failed_scrapes: failedScrapes,
      lost_deliveries: lost,
      skipped_passes: skipped,
      failing_sources: this.#failingSources.size,
      failing_destinations: this.#failingDestinations.size,
    };
    for (const [name, count] of Object.entries(troubles)) if (count > 0) told[name] = count;
    return told;
  }
}

function newCounts() {
  return { scrapes: 0, failedScrapes: 0, deliveries: 0, lost: 0, skipped: 0, sentBytes: 0 };
}

function mark<T>(failing: Set<T>, what: T, ok: boolean): void {
  if (ok) failing.delete(what);
  else failing.add(what);
}
