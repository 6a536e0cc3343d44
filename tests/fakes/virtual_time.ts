// Time that passes when the test says so, and as fast as it can.

import { setImmediate } from "node:timers";
import type { Timing } from "../../sender/timing.ts";

interface Wait {
  readonly dueMs: number;
  readonly resolve: () => void;
}

/** A clock and its waits. Chance is what the test says, else always the middle. */
export class VirtualTime implements Timing {
  readonly #waits = new Set<Wait>();
  #nowMs = 0;

  readonly random: () => number;

  constructor(random: () => number = () => 0.5) {
    this.random = random;
  }

  readonly now = () => this.#nowMs;

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal.aborted) reject(signal.reason);
    else {
      const wait = { dueMs: this.#nowMs + ms, resolve };
      this.#waits.add(wait);
      signal.addEventListener("abort", () => {
        if (this.#waits.delete(wait)) reject(signal.reason);
      }, { once: true });
    }
    return promise;
  };

  readonly after = (ms: number, act: () => void): () => void => {
    const wait = { dueMs: this.#nowMs + ms, resolve: act };
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  };

  /** How many waits there are. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Lets so much time pass; what is due in it happens in order. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      let next: Wait | undefined;
      for (const wait of this.#waits) if (wait.dueMs < (next?.dueMs ?? Infinity)) next = wait;
      if (next === undefined || next.dueMs > untilMs) break;
      this.#waits.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.resolve();
    }
    this.#nowMs = untilMs;
  }
}

/** Resolves once nothing more follows from what has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
