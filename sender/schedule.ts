// When passes run: at a fixed phase of an interval, and never two at once.

import type { Timing } from "./timing.ts";

/** When to run. */
export interface Schedule {
  readonly intervalMs: number;
  /** How long after the start the first pass is due. */
  readonly firstDelayMs: number;
  readonly timing: Pick<Timing, "now" | "wait">;
  readonly signal: AbortSignal;
  /** Passes that were due while one was still running. */
  readonly onSkipped: (count: number) => void;
}

/**
 * Runs `pass` at `firstDelayMs` and each `intervalMs` after that, until the signal
 * aborts. A pass that takes longer makes the ones due meanwhile skipped, and the
 * next runs at its own time: the phase stays.
 */
export async function runOnSchedule(schedule: Schedule, pass: () => Promise<void>): Promise<void> {
  const { intervalMs, firstDelayMs, signal, onSkipped } = schedule;
  const { now, wait } = schedule.timing;
  let dueMs = now() + firstDelayMs;
  while (!signal.aborted) {
    try {
      await wait(Math.max(0, dueMs - now()), signal);
    } catch {
      return; // only the signal ends a wait early
    }
    await pass();
    dueMs += intervalMs;
    const skipped = Math.ceil((now() - dueMs) / intervalMs);
    if (skipped <= 0) continue;
    onSkipped(skipped);
    dueMs += skipped * intervalMs;
  }
}

/** First delays that spread so many targets evenly over their intervals. */
export function spread(intervalsMs: readonly number[]): number[] {
  return intervalsMs.map((intervalMs, index) => intervalMs * index / intervalsMs.length);
}
