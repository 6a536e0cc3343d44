// Whether the loops still turn.

import type { Pair } from "./pair.ts";
import type { PassObserver } from "./target_loop.ts";

/** For a machine that has a lot to do. */
const SLACK_MS = 10_000;

/** Remembers when each pair's next pass must be over at the latest. */
export class Progress implements PassObserver {
  readonly #now: () => number;
  readonly #latestMs = new Map<Pair, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The loop of a pair starts, with its first pass after so long. */
  expect(pair: Pair, firstDelayMs: number): void {
    this.#latestMs.set(pair, this.#now() + firstDelayMs + pair.timeoutMs + SLACK_MS);
  }

  /** The loop of a pair has ended. */
  forget(pair: Pair): void {
    this.#latestMs.delete(pair);
  }

  /** Whether no loop is overdue. */
  isMade(): boolean {
    const nowMs = this.#now();
    for (const latestMs of this.#latestMs.values()) if (latestMs < nowMs) return false;
    return true;
  }

  passed(pair: Pair): void {
    if (pair.mode === "on_demand") return; // it turns when somebody asks
    // A pass that took its whole timeout may make the next one skipped.
    this.expect(pair, 2 * pair.intervalMs);
  }

  skipped(): void {}
  attempted(): void {}
  replaced(): void {}
}
