// The sender's own metrics, in Prometheus's text format.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Pair } from "./config.ts";
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

/** Counts what the loops tell, and writes it out. */
export class SenderMetrics implements PassObserver {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #scrapes = new Counter({
    name: "prompipe_sender_scrapes_total",
    help: "Scrapes of sources, by result: ok, or the cause of the failure",
    labelNames: [...TARGET_LABELS, "result"],
    registers: this.#registers,
  });
  readonly #deliveries = new Counter({
    name: "prompipe_sender_deliveries_total",
    help: "Deliveries to destinations, by result: ok, refused or failed",
    labelNames: [...TARGET_LABELS, "result"],
    registers: this.#registers,
  });
  readonly #skipped = new Counter({
    name: "prompipe_sender_skipped_passes_total",
    help: "Passes left out because the one before was still running",
    labelNames: TARGET_LABELS,
    registers: this.#registers,
  });
  readonly #scrapedBytes = new Counter({
    name: "prompipe_sender_scraped_bytes_total",
    help: "Bytes that sources said, as they sent them",
    labelNames: TARGET_LABELS,
    registers: this.#registers,
  });
  readonly #deliveredBytes = new Counter({
    name: "prompipe_sender_delivered_bytes_total",
    help: "Bytes of bodies delivered, as sent",
    labelNames: TARGET_LABELS,
    registers: this.#registers,
  });
  readonly #lastSuccess = new Gauge({
    name: "prompipe_sender_last_success_timestamp_seconds",
    help: "When a snapshot was last scraped and delivered",
    labelNames: TARGET_LABELS,
    registers: this.#registers,
  });
  readonly #seconds = new Histogram({
    name: "prompipe_sender_pass_duration_seconds",
    help: "Time taken by the steps of a pass: scrape or deliver",
    labelNames: ["step"],
    buckets: DURATION_BUCKETS,
    registers: this.#registers,
  });

  constructor(version: string, pairs: readonly Pair[]) {
    new Gauge({
      name: "prompipe_build_info",
      help: "Always 1; the version of prompipe is a label",
      labelNames: ["version"],
      registers: this.#registers,
    }).set({ version }, 1);
    for (const pair of pairs) this.#skipped.inc(labels(pair), 0);
    collectDefaultMetrics({ register: this.#registry });
  }

  passed(pair: Pair, pass: Pass): void {
    const target = labels(pair);
    const { scraped, delivered } = pass;
    this.#seconds.observe({ step: "scrape" }, pass.scrapeMs / 1000);
    this.#seconds.observe({ step: "deliver" }, pass.deliverMs / 1000);
    this.#scrapes.inc({
      ...target,
      result: scraped.ok ? "ok" : scraped.failure.cause,
    });
    if (scraped.ok) this.#scrapedBytes.inc(target, scraped.body.byteLength);
    if (delivered.ok) {
      this.#deliveries.inc({ ...target, result: "ok" });
      this.#deliveredBytes.inc(target, delivered.bodyBytes);
      if (scraped.ok) this.#lastSuccess.set(target, Date.now() / 1000);
    } else {
      this.#deliveries.inc({
        ...target,
        result: delivered.refused ? "refused" : "failed",
      });
    }
  }

  skipped(pair: Pair, count: number): void {
    this.#skipped.inc(labels(pair), count);
  }

  /** The whole exposition. */
  async response(): Promise<Response> {
    return new Response(await this.#registry.metrics(), {
      headers: { "Content-Type": this.#registry.contentType },
    });
  }
}

function labels(pair: Pair): Record<string, string> {
  return { target_job: pair.target.job, target_instance: pair.target.instance };
}
