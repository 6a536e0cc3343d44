// The sender's own metrics: what its loops have done.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Pair } from "./pair.ts";
import type { Pass } from "./relay.ts";
import type { PassObserver } from "./target_loop.ts";

const TARGET_LABELS = ["target_job", "target_instance"];
const DURATION_BUCKETS = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];

/** Counts what the loops tell. */
export class SenderMetrics implements PassObserver {
  readonly #scrapes: Counter;
  readonly #deliveries: Counter;
  readonly #retries: Counter;
  readonly #skipped: Counter;
  readonly #scrapedBytes: Counter;
  readonly #deliveredBytes: Counter;
  readonly #lastSuccess: Gauge;
  readonly #seconds: Histogram;

  constructor(registry: Registry, pairs: readonly Pair[]) {
    const registers = [registry];
    this.#scrapes = new Counter({
      name: "prompipe_sender_scrapes_total",
      help: "Scrapes of sources, by result: ok, or the cause of the failure",
      labelNames: [...TARGET_LABELS, "result"],
      registers,
    });
    this.#deliveries = new Counter({
      name: "prompipe_sender_deliveries_total",
      help: "Deliveries to destinations, by result: ok, refused or failed",
      labelNames: [...TARGET_LABELS, "result"],
      registers,
    });
    this.#retries = new Counter({
      name: "prompipe_sender_retries_total",
      help: "Attempts at a delivery after the first",
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#skipped = new Counter({
      name: "prompipe_sender_skipped_passes_total",
      help: "Passes left out because the one before was still running",
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#scrapedBytes = new Counter({
      name: "prompipe_sender_scraped_bytes_total",
      help: "Bytes that sources said, as they sent them",
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#deliveredBytes = new Counter({
      name: "prompipe_sender_delivered_bytes_total",
      help: "Bytes of bodies delivered, as sent",
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#lastSuccess = new Gauge({
      name: "prompipe_sender_last_success_timestamp_seconds",
      help: "When a snapshot was last scraped and delivered, since 1970",
      labelNames: TARGET_LABELS,
      registers,
    });
    this.#seconds = new Histogram({
      name: "prompipe_sender_pass_duration_seconds",
      help: "Time taken by the steps of a pass: scrape and deliver",
      labelNames: ["step"],
      buckets: DURATION_BUCKETS,
      registers,
    });
    // A series that appears with its first increment hides that increment from rate().
    for (const pair of pairs) {
      const target = labels(pair);
      this.#retries.inc(target, 0);
      this.#skipped.inc(target, 0);
      this.#scrapes.inc({ ...target, result: "ok" }, 0);
      for (const result of ["ok", "refused", "failed"]) {
        this.#deliveries.inc({ ...target, result }, 0);
      }
    }
  }

  passed(pair: Pair, pass: Pass): void {
    const target = labels(pair);
    const { scraped, delivered } = pass;
    this.#seconds.observe({ step: "scrape" }, pass.scrapeMs / 1000);
    this.#seconds.observe({ step: "deliver" }, pass.deliverMs / 1000);
    this.#scrapes.inc({ ...target, result: scraped.ok ? "ok" : scraped.failure.cause });
    if (scraped.ok) this.#scrapedBytes.inc(target, scraped.body.byteLength);
    this.#retries.inc(target, delivered.attempts - 1);
    if (delivered.ok) {
      this.#deliveries.inc({ ...target, result: "ok" });
      this.#deliveredBytes.inc(target, delivered.bodyBytes);
      if (scraped.ok) this.#lastSuccess.set(target, Date.now() / 1000);
    } else {
      this.#deliveries.inc({ ...target, result: delivered.refused ? "refused" : "failed" });
    }
  }

  skipped(pair: Pair, count: number): void {
    this.#skipped.inc(labels(pair), count);
  }
}

function labels({ destinations: [{ target }] }: Pair): Record<string, string> {
  return { target_job: target.job, target_instance: target.instance };
}
