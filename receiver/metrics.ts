// The receiver's own metrics: what its handlers have seen, and what its store holds.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { SENDER_CAUSES } from "../protocol/mod.ts";
import type { PushObserver, TakenPush } from "./push_handler.ts";
import { REFUSAL_STATUS, type RefusalReason } from "./refusal.ts";
import type { AnsweredScrape, ScrapeObserver } from "./scrape_handler.ts";
import type { StreamObserver } from "./stream/mod.ts";
import type { StateCounts } from "./store.ts";
import { CLOSE } from "../protocol/stream/frame.ts";

/** What is read when somebody asks for metrics. */
export interface StoreGauges {
  countStates(): StateCounts;
  readonly bodyBytes: number;
}

const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];

const CLOSE_REASONS = new Map<number | undefined, string>(
  Object.entries(CLOSE).map(([reason, code]) => [code, reason]),
);
const PEER = "peer";

/** Counts what the handlers tell. No label takes a value that a client chose. */
export class ReceiverMetrics implements PushObserver, ScrapeObserver, StreamObserver {
  readonly #pushes: Counter;
  readonly #refusals: Counter;
  readonly #conflicts: Counter;
  readonly #received: Counter;
  readonly #unpacked: Counter;
  readonly #sourceFailures: Counter;
  readonly #pushDuration: Histogram;
  readonly #scrapeDuration: Histogram;
  readonly #eventLoopDelay: Histogram;
  readonly #scrapes: Counter;
  readonly #served: Counter;
  readonly #streamsClosed: Counter;

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
    this.#unpacked = new Counter({
      name: "prompipe_receiver_unpacked_bytes_total",
      help: "Bytes of the snapshots of pushes taken, unpacked",
      registers,
    });
    this.#sourceFailures = new Counter({
      name: "prompipe_receiver_source_failures_total",
      help: "Reports taken that a source could not be scraped, by cause",
      labelNames: ["cause"],
      registers,
    });
    this.#pushDuration = new Histogram({
      name: "prompipe_receiver_push_duration_seconds",
      help: "Time from the headers of a push to its place in the store",
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#scrapeDuration = new Histogram({
      name: "prompipe_receiver_scrape_duration_seconds",
      help: "Time from a scrape of a target to the start of its answer",
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#eventLoopDelay = new Histogram({
      name: "prompipe_receiver_event_loop_delay_seconds",
      help: "How late a timer fired, once a second: what a request has to wait for",
      buckets: DURATION_BUCKETS,
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
    this.#streamsClosed = new Counter({
      name: "prompipe_receiver_streams_closed_total",
      help: "Streams closed, by why; peer where the sender or its link ended it",
      labelNames: ["reason"],
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
    for (const cause of SENDER_CAUSES) this.#sourceFailures.inc({ cause }, 0);
    for (const reason of Object.keys(REFUSAL_STATUS)) this.#refusals.inc({ reason }, 0);
    for (const state of ["up", "source_failed", "silent", "unknown", "bad_request"]) {
      this.#scrapes.inc({ state }, 0);
    }
    for (const reason of CLOSE_REASONS.values()) this.#streamsClosed.inc({ reason }, 0);
    this.#streamsClosed.inc({ reason: PEER }, 0);
  }

  pushed({ result, push, tookMs }: TakenPush): void {
    const { content, sentBytes } = push;
    this.#pushes.inc({ result });
    this.#received.inc(sentBytes);
    if ("body" in content) this.#unpacked.inc(content.unpackedBytes);
    else if ("cause" in content && result === "source_failed") {
      this.#sourceFailures.inc({ cause: content.cause });
    }
    this.#pushDuration.observe(tookMs / 1000);
  }

  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }

  conflicted(owner: string, token: string): void {
    this.#conflicts.inc({ owner, token });
  }

  scraped({ state, bodyBytes, tookMs }: AnsweredScrape): void {
    this.#scrapes.inc({ state });
    this.#served.inc(bodyBytes);
    this.#scrapeDuration.observe(tookMs / 1000);
  }

  streamClosed(code: number | undefined): void {
    this.#streamsClosed.inc({ reason: CLOSE_REASONS.get(code) ?? PEER });
  }

  /** The event loop came to a timer so late. */
  delayed(delayMs: number): void {
    this.#eventLoopDelay.observe(delayMs / 1000);
  }
}
