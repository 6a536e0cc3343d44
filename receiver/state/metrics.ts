// The receiver's own metrics of its state: whether what is on the disk can be relied on.

import { Counter, Gauge, type Registry } from "prom-client";

/** What is read when somebody asks for metrics. */
export interface StateGauges {
  /** Size of all that is on the disk. */
  readonly bytes: number;
}

/** Counts passes and damage. */
export class StateMetrics {
  readonly #writes: Counter;
  readonly #damaged: Counter;
  readonly #lastWrite: Gauge;

  constructor(registry: Registry, gauges: StateGauges) {
    const registers = [registry];
    this.#writes = new Counter({
      name: "prompipe_receiver_state_writes_total",
      help: "Passes that brought the state directory in step with memory, by result",
      labelNames: ["result"],
      registers,
    });
    this.#damaged = new Counter({
      name: "prompipe_receiver_state_damaged_records_total",
      help: "Records of the state directory that were damaged, and dropped, at the start",
      registers,
    });
    this.#lastWrite = new Gauge({
      name: "prompipe_receiver_state_last_write_timestamp_seconds",
      help: "When the state directory last was in step with memory, since 1970",
      registers,
    });
    new Gauge({
      name: "prompipe_receiver_state_bytes",
      help: "Bytes of all files of the state directory",
      registers,
      collect() {
        this.set(gauges.bytes);
      },
    });
    for (const result of ["ok", "failed"]) this.#writes.inc({ result }, 0);
  }

  /** A start passed over so many damaged records. */
  damaged(records: number): void {
    this.#damaged.inc(records);
  }

  /** A pass ended, at `wallMs` since 1970. */
  wrote(result: "ok" | "failed", wallMs: number): void {
    this.#writes.inc({ result });
    if (result === "ok") this.#lastWrite.set(wallMs / 1000);
  }
}
