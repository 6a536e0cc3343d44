// How time passes for the loops: clock, waits and chance, so that a test can be their master.

import { setTimeout as wait } from "node:timers/promises";

/** Time, as a loop sees it. */
export interface Timing {
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Resolves after so long; rejects as soon as the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Calls back after so long, unless it is cancelled by what this returns. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** The time of this machine. */
export const realTiming: Timing = {
  now: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/**
 * Uses a signal that aborts after so long, or with the outer one. Nothing of it is left
 * once the use is over: `AbortSignal.timeout()` would keep its timer, and
 * `AbortSignal.any()` its place at the outer signal.
 */
export async function within<T>(
  ms: number,
  { timing, signal }: { readonly timing: Timing; readonly signal: AbortSignal },
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const abort = () => deadline.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  const cancel = timing.after(
    ms,
    () => deadline.abort(new DOMException("Signal timed out.", "TimeoutError")),
  );
  try {
    return await use(deadline.signal);
  } finally {
    cancel();
    signal.removeEventListener("abort", abort);
  }
}
