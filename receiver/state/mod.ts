// What a receiver knows beyond the life of its process: loaded once, then written
// behind the back of the store.

import type { Registry } from "prom-client";
import { formatDuration } from "../../protocol/mod.ts";
import type { Log } from "../log.ts";
import type { StateDisk } from "./disk.ts";
import { loadState, type RestoringStore } from "./load.ts";
import { StateMetrics } from "./metrics.ts";
import { type KeptStore, StateWriter } from "./writer.ts";

export { type OpenedStateDir, openStateDir } from "./state_dir.ts";
export type { StateDisk };

/** What keeping a state takes. */
export interface StateOptions {
  readonly disk: StateDisk;
  readonly store: RestoringStore & KeptStore;
  readonly log: Log;
  readonly registry: Registry;
  /** The store's clock, monotonic. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** From the start of one pass to the next. With the time of a pass it is what a crash can lose. */
const INTERVAL_MS = 1_000;
/** A failing disk is tried again after 1 s, 2 s, 4 s, up to this. */
const MAX_PAUSE_MS = 60_000;
/** A process that stops waits so long for a disk. */
const STOP_TIMEOUT_MS = 1_500;

/** The state of a receiver that runs. */
export class KeptState {
  /** Whether every target that was known before is known again. */
  readonly isWhole: boolean;
  readonly #options: StateOptions;
  readonly #writer: StateWriter;
  readonly #metrics: StateMetrics;
  readonly #finished: Promise<void>;
  #stopping = false;
  #wake = () => {};
  #failingSinceMs: number | undefined;
  #failures = 0;

  /** Fills the store with what was kept, before it returns, and keeps it from then on. */
  constructor(options: StateOptions) {
    const { disk, store, log, registry, now, clock } = options;
    const startedMs = now();
    const loaded = loadState(disk, store, { nowMs: startedMs, wallMs: clock() });
    const { targets, dropped, crowdedOut, damaged, cut } = loaded;
    this.isWhole = targets > 0 && damaged === 0;
    this.#options = options;
    this.#writer = new StateWriter({ ...options, useless: loaded.useless });
    this.#metrics = new StateMetrics(registry, this.#writer);
    this.#metrics.damaged(damaged);
    const took = formatDuration(Math.round(now() - startedMs));
    log.info("state loaded", { directory: disk.path, targets, dropped, cut, took });
    const lost = [
      [crowdedOut.too_many, "--max-targets"],
      [crowdedOut.too_large, "--max-memory"],
    ] as const;
    for (const [targets, raise] of lost) {
      if (targets > 0) log.warn("state has no room", { directory: disk.path, targets, raise });
    }
    if (damaged > 0) log.warn("state damaged", { directory: disk.path, records: damaged });
    this.#finished = this.#run();
  }

  /** Notes that a target's last push is another one, or gone. */
  changed(key: string): void {
    this.#writer.changed(key);
  }

  /** Writes what is left to write, as far as the disk takes it, and lets go of the folder. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_TIMEOUT_MS);
    await Promise.race([this.#finished, tooLong]);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { now, disk } = this.#options;
    let waitMs = INTERVAL_MS;
    for (;;) {
      await this.#wait(waitMs);
      if (this.#stopping) break;
      const startedMs = now();
      await this.#pass();
      waitMs = this.#failures === 0
        ? Math.max(0, INTERVAL_MS - (now() - startedMs))
        : Math.min(MAX_PAUSE_MS, INTERVAL_MS * 2 ** (this.#failures - 1));
    }
    await this.#pass();
    this.#writer.close();
    disk.close();
  }

  async #wait(ms: number): Promise<void> {
    if (this.#stopping) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  async #pass(): Promise<void> {
    const { log, disk, now, clock } = this.#options;
    const flushed = await this.#writer.flush();
    this.#metrics.wrote(flushed.ok ? "ok" : "failed", clock());
    if (!flushed.ok) {
      this.#failures++;
      if (this.#failingSinceMs !== undefined) return;
      this.#failingSinceMs = now();
      log.warn("state failing", { directory: disk.path, reason: flushed.reason });
    } else if (this.#failingSinceMs !== undefined) {
      const after = formatDuration(Math.round(now() - this.#failingSinceMs));
      log.info("state recovered", { directory: disk.path, after, failures: this.#failures });
      this.#failingSinceMs = undefined;
      this.#failures = 0;
    }
  }
}
