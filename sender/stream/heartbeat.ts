// Tells the peer that somebody is here, and finds out when the peer is dead.

import { DEAD_AFTER_MS, HEARTBEAT_MS } from "../../protocol/stream/mod.ts";
import type { Timing } from "../timing.ts";

/** What a heartbeat does. */
export interface HeartbeatOptions {
  readonly timing: Pick<Timing, "now" | "wait">;
  readonly signal: AbortSignal;
  /** Nothing was sent for a while: something is to be. */
  readonly onQuiet: () => void;
  /** Nothing was received for so long that nothing will be. Comes once. */
  readonly onDead: () => void;
}

/** A wait that ends so late says that the process stood still. */
const LATE_MS = 4_000;

/** Runs from its making until its signal aborts, or the peer is dead. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #sentMs: number;
  #receivedMs: number;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#sentMs = this.#receivedMs = options.timing.now();
    this.#run().catch(() => {}); // only the signal ends a wait early
  }

  sent(): void {
    this.#sentMs = this.#options.timing.now();
  }

  received(): void {
    this.#receivedMs = this.#options.timing.now();
  }

  async #run(): Promise<void> {
    const { timing, signal, onQuiet, onDead } = this.#options;
    for (;;) {
      const nowMs = timing.now();
      if (nowMs >= this.#receivedMs + DEAD_AFTER_MS) return onDead();
      if (nowMs >= this.#sentMs + HEARTBEAT_MS) onQuiet();
      const dueMs = Math.min(this.#sentMs + HEARTBEAT_MS, this.#receivedMs + DEAD_AFTER_MS);
      await timing.wait(Math.max(1, dueMs - timing.now()), signal);
      // The process stood still: nobody could be heard.
      if (timing.now() > dueMs + LATE_MS) this.#receivedMs = timing.now();
    }
  }
}
