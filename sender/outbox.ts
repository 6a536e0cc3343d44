// What is to go to one destination: the newest report only, tried until it is there or
// replaced by a newer one. A dead receiver costs one report of memory.

import { backoffMs, type Setback } from "./backoff.ts";
import type { Delivery, DeliveryResult } from "./delivery.ts";
import type { Report } from "./report.ts";
import { type Timing, within } from "./timing.ts";

/** One attempt at a delivery. */
export interface Attempt {
  readonly report: Report;
  readonly result: DeliveryResult;
  readonly durationMs: number;
  /** Attempts that failed one after another, this one included; 0 after success. */
  readonly failures: number;
  /** Since the first of them began. */
  readonly failingMs: number;
  /** Whether the same report was tried before. */
  readonly again: boolean;
}

/** What an outbox works with. */
export interface OutboxOptions {
  readonly delivery: Delivery;
  readonly intervalMs: number;
  /** For an attempt after the first one, which shares its time with the scrape. */
  readonly timeoutMs: number;
  readonly timing: Timing;
  readonly signal: AbortSignal;
  readonly onAttempt: (attempt: Attempt) => void;
  /** A report that will never arrive: a newer one came, or its time to live is over. */
  readonly onReplaced: (report: Report) => void;
  /** What should not happen has happened; the report is given up. */
  readonly onFault: (error: unknown) => void;
}

interface Posted {
  readonly report: Report;
  readonly expiresMs: number;
  /** For the next attempt. */
  timeoutMs: number;
  attempts: number;
  /** Says why what the source said was refused: not what this pair is about. */
  readonly isNotice: boolean;
}

/** Delivers to one destination, and holds up nobody. */
export class Outbox {
  readonly #options: OutboxOptions;
  #newest: Posted | undefined;
  /** What an attempt is just being made for. */
  #underWay: Posted | undefined;
  #isDraining = false;
  #idle = Promise.resolve();
  #failures = 0;
  #failingSinceMs = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Resolves once nothing is under way. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  /**
   * Takes the place of what is still waiting, and goes out next. The wait between two
   * attempts is not cut short by that: it is what keeps a thousand senders apart.
   */
  offer(report: Report, { timeoutMs }: { readonly timeoutMs: number }): void {
    const { timing, signal } = this.#options;
    if (signal.aborted) return;
    if (this.#newest !== this.#underWay) this.#drop(this.#newest);
    const expiresMs = timing.now() + report.ttlMs;
    this.#newest = { report, expiresMs, timeoutMs, attempts: 0, isNotice: false };
    if (!this.#isDraining) this.#idle = this.#drain();
  }

  async #drain(): Promise<void> {
    const { timing, signal, intervalMs, onFault } = this.#options;
    this.#isDraining = true;
    try {
      while (this.#newest !== undefined && !signal.aborted) {
        const retry = await this.#deliver(this.#newest);
        if (retry === undefined || signal.aborted) continue;
        const setback = { failures: this.#failures, intervalMs, ...retry };
        await this.#pause(backoffMs(setback, timing.random));
      }
    } catch (error) {
      this.#newest = undefined;
      if (!signal.aborted) onFault(error);
    } finally {
      this.#isDraining = false;
    }
  }

  /** Ends early where the way is known to be there again: what opens it waits for all on it. */
  async #pause(ms: number): Promise<void> {
    const { delivery, timing, signal } = this.#options;
    if (delivery.mended === undefined) await timing.wait(ms, signal);
    else await within(ms, { timing, signal }, (deadline) => delivery.mended!(deadline));
  }

  /** Tries once. Returns something where a wait has to follow. */
  async #deliver(posted: Posted): Promise<Pick<Setback, "retryAfterMs"> | undefined> {
    if (this.#options.timing.now() >= posted.expiresMs) {
      this.#newest = undefined;
      this.#drop(posted);
      return undefined;
    }
    this.#underWay = posted;
    const result = await this.#attempt(posted);
    this.#underWay = undefined;
    const isNewest = this.#newest === posted;
    if (result.ok || !result.retriable) {
      if (isNewest) this.#newest = noticeOf(posted, result, this.#options.timeoutMs);
      return undefined;
    }
    if (!isNewest) this.#drop(posted);
    return { retryAfterMs: result.retryAfterMs };
  }

  async #attempt(posted: Posted): Promise<DeliveryResult> {
    const { delivery, timing, signal, timeoutMs, onAttempt } = this.#options;
    const { report, isNotice } = posted;
    const startedMs = timing.now();
    const result = await within(
      posted.timeoutMs,
      { timing, signal },
      (deadline) => delivery.deliver(report, deadline),
    );
    const endedMs = timing.now();
    posted.timeoutMs = timeoutMs;
    posted.attempts++;
    if (result.ok) this.#failures = 0;
    else if (this.#failures++ === 0) this.#failingSinceMs = startedMs;
    if (signal.aborted || isNotice) return result;
    onAttempt({
      report,
      result,
      durationMs: endedMs - startedMs,
      failures: this.#failures,
      failingMs: result.ok ? 0 : endedMs - this.#failingSinceMs,
      again: posted.attempts > 1,
    });
    return result;
  }

  #drop(posted: Posted | undefined): void {
    if (posted !== undefined && !posted.isNotice) this.#options.onReplaced(posted.report);
  }
}

/** What the receiver won't take would be missing without a word: tell it why. */
function noticeOf(
  { report, expiresMs }: Posted,
  result: DeliveryResult,
  timeoutMs: number,
): Posted | undefined {
  if (result.ok || !result.refused || !report.result.ok) return undefined;
  const failure = { cause: "push_refused", detail: result.reason } as const;
  return {
    report: { ...report, result: { ok: false, failure } },
    expiresMs,
    timeoutMs,
    attempts: 0,
    isNotice: true,
  };
}
