// The receiver's own metrics, in Prometheus's text format.

import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { PushObserver } from "./push_handler.ts";
import { REFUSAL_STATUS, type RefusalReason } from "./refusal.ts";
import type { ScrapeObserver } from "./scrape_handler.ts";
import type { StateCounts } from "./store.ts";

/** What is read when somebody asks for metrics. */
export interface Gauges {
  readonly countStates: () => StateCounts;
  readonly bodyBytes: () => number;
}

/** Counts what the handlers see, and writes it out. */
export class ReceiverMetrics implements PushObserver, ScrapeObserver {
  readonly #registry = new Registry();
  readonly #pushes = this.#counter(
    "pushes_total",
    "Pushes taken, by what they were",
    ["result"],
  );
  readonly #refusals = this.#counter(
    "refusals_total",
    "Requests of the push listener refused",
    [
      "reason",
    ],
  );
  readonly #received = this.#counter(
    "received_bytes_total",
    "Bytes of pushes taken, as sent",
  );
  readonly #scrapes = this.#counter("scrapes_total", "Scrapes of targets", [
    "state",
  ]);
  readonly #served = this.#counter(
    "served_bytes_total",
    "Bytes of snapshots served",
  );

  constructor(version: string, gauges: Gauges) {
    const registers = [this.#registry];
    new Gauge({
      name: "prompipe_build_info",
      help: "Always 1; the version of prompipe is a label",
      labelNames: ["version"],
      registers,
    }).set({ version }, 1);
    new Gauge({
      name: "prompipe_receiver_targets",
      help: "Targets known, by state",
      labelNames: ["state"],
      registers,
      collect() {
        for (const [state, count] of Object.entries(gauges.countStates())) {
          this.set({ state }, count);
        }
      },
    });
    new Gauge({
      name: "prompipe_receiver_snapshot_bytes",
      help: "Bytes of all snapshots, as stored",
      registers,
      collect() {
        this.set(gauges.bodyBytes());
      },
    });
    collectDefaultMetrics({ register: this.#registry });
    for (const result of ["stored", "source_failed", "outdated"]) {
      this.#pushes.inc({ result }, 0);
    }
    for (const reason of Object.keys(REFUSAL_STATUS)) {
      this.#refusals.inc({ reason }, 0);
    }
    for (const state of ["up", "source_failed", "silent", "unknown"]) {
      this.#scrapes.inc({ state }, 0);
    }
  }

  pushed(
    result: "stored" | "source_failed" | "outdated",
    bodyBytes: number,
  ): void {
    this.#pushes.inc({ result });
    this.#received.inc(bodyBytes);
  }

  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }

  scraped(
    state: "up" | "source_failed" | "silent" | "unknown",
    bodyBytes: number,
  ): void {
    this.#scrapes.inc({ state });
    this.#served.inc(bodyBytes);
  }

  /** The whole exposition. */
  async response(): Promise<Response> {
    return new Response(await this.#registry.metrics(), {
      headers: { "Content-Type": this.#registry.contentType },
    });
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    const registers = [this.#registry];
    return new Counter({
      name: `prompipe_receiver_${name}`,
      help,
      labelNames,
      registers,
    });
  }
}
