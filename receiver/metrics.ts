// The receiver's own metrics: what its handlers have seen, and what its store holds.

import { Counter, Gauge, type Registry } from "prom-client";
import type { PushObserver, PushResult } from "./push_handler.ts";
import { REFUSAL_STATUS, type RefusalReason } from "./refusal.ts";
import type { ScrapeObserver } from "./scrape_handler.ts";
import type { Reading } from "./snapshot.ts";
import type { StateCounts } from "./store.ts";

/** What is read when somebody asks for metrics. */
export interface StoreGauges {
  countStates(): StateCounts;
  readonly bodyBytes: number;
}

/** Counts what the handlers tell. No label takes a value that a client chose. */
export class ReceiverMetrics implements PushObserver, ScrapeObserver {
  readonly #pushes: Counter;
  readonly #refusals: Counter;
  readonly #conflicts: Counter;
  readonly #received: Counter;
  readonly #scrapes: Counter;
  readonly #served: Counter;

  constructor(registry: Registry, store: StoreGauges) {
    const registers = [registry];
    this.#pushes = new Counter({
      name: "prompipe_receiver_pushes_total",
      help: "Pushes taken: stored, source_failed (a report that there is nothing), or outdated",
      labelNames: ["result"],
      registers,
    });
    this.#refusals = new Counter({
      name: "prompipe_receiver_refusals_total",
      help: "Requests of the push listener refused, by reason",
      labelNames: ["reason"],
      registers,
    });
    this.#conflicts = new Counter({
      name: "prompipe_receiver_conflicts_total",
      help: "Requests refused since the target belongs to another token, by both tokens' names",
      labelNames: ["owner", "token"],
      registers,
    });
    this.#received = new Counter({
      name: "prompipe_receiver_received_bytes_total",
      help: "Bytes of the bodies of pushes taken, as sent",
      registers,
    });
    this.#scrapes = new Counter({
      name: "prompipe_receiver_scrapes_total",
      help: "Scrapes of targets, by the target's state",
      labelNames: ["state"],
      registers,
    });
    this.#served = new Counter({
      name: "prompipe_receiver_served_bytes_total",
      help: "Bytes of snapshots served, as stored",
      registers,
    });
    new Gauge({
      name: "prompipe_receiver_targets",
      help: "Targets known, by state",
      labelNames: ["state"],
      registers,
      collect() {
        for (const [state, count] of Object.entries(store.countStates())) {
          this.set({ state }, count);
        }
      },
    });
    new Gauge({
      name: "prompipe_receiver_snapshot_bytes",
      help: "Bytes of all snapshots, as stored",
      registers,
      collect() {
        this.set(store.bodyBytes);
      },
    });
    // A series that appears with its first increment hides that increment from rate().
    for (const result of ["stored", "source_failed", "outdated"]) this.#pushes.inc({ result }, 0);
    for (const reason of Object.keys(REFUSAL_STATUS)) this.#refusals.inc({ reason }, 0);
    for (const state of ["up", "source_failed", "silent", "unknown"]) {
      this.#scrapes.inc({ state }, 0);
    }
  }

  pushed(result: PushResult, bodyBytes: number): void {
    this.#pushes.inc({ result });
    this.#received.inc(bodyBytes);
  }

  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }

  conflicted(owner: string, token: string): void {
    this.#conflicts.inc({ owner, token });
  }

  scraped(state: Reading["state"], bodyBytes: number): void {
    this.#scrapes.inc({ state });
    this.#served.inc(bodyBytes);
  }
}
