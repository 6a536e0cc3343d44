// Something that is good or bad, and logs only when that changes.

import { formatDuration } from "../protocol/mod.ts";
import type { Log } from "./log.ts";

/** What changes more often than this within the window is told no more until it is over. */
const MAX_TROUBLES = 3;
const WINDOW_MS = 10 * 60 * 1000;

/** Logs one line when trouble starts and one when it ends. */
export class Condition {
  readonly #log: Log;
  readonly #fields: Record<string, unknown>;
  readonly #events: { readonly bad: string; readonly good: string };
  readonly #now: () => number;
  #badSinceMs: number | undefined;
  #times = 0;
  /** When trouble was told of lately. */
  #toldMs: number[] = [];
  #isTold = false;

  constructor(
    log: Log,
    fields: Record<string, unknown>,
    events: { readonly bad: string; readonly good: string; readonly now?: () => number },
  ) {
    this.#log = log;
    this.#fields = fields;
    this.#events = events;
    this.#now = events.now ?? (() => performance.now());
  }

  /** Says how it is now: `undefined` for good, else what is wrong. */
  report(reason: string | undefined): void {
    const nowMs = this.#now();
    if (reason !== undefined) {
      this.#times++;
      if (this.#badSinceMs !== undefined) return;
      this.#badSinceMs = nowMs;
      this.#isTold = this.#tell(reason, nowMs);
    } else if (this.#badSinceMs !== undefined) {
      const after = formatDuration(nowMs - this.#badSinceMs);
      if (this.#isTold) {
        this.#log.info(this.#events.good, { ...this.#fields, after, failures: this.#times });
      }
      this.#badSinceMs = undefined;
      this.#times = 0;
    }
  }

  #tell(reason: string, nowMs: number): boolean {
    this.#toldMs = this.#toldMs.filter((toldMs) => toldMs > nowMs - WINDOW_MS);
    if (this.#toldMs.length === MAX_TROUBLES) return false;
    this.#toldMs.push(nowMs);
    const isLast = this.#toldMs.length === MAX_TROUBLES;
    const note = isLast ? { note: "unsteady: not told again for ten minutes" } : {};
    this.#log.warn(this.#events.bad, { ...this.#fields, reason, ...note });
    return true;
  }
}
