// Something that is good or bad, and logs only when that changes.

import { formatDuration } from "../protocol/mod.ts";
import type { Log } from "./log.ts";

/** Logs one line when trouble starts and one when it ends. */
export class Condition {
  readonly #log: Log;
  readonly #fields: Record<string, unknown>;
  readonly #events: { readonly bad: string; readonly good: string };
  #badSinceMs: number | undefined;
  #times = 0;

  constructor(
    log: Log,
    fields: Record<string, unknown>,
    events: { readonly bad: string; readonly good: string },
  ) {
    this.#log = log;
    this.#fields = fields;
    this.#events = events;
  }

  /** Says how it is now: `undefined` for good, else what is wrong. */
  report(reason: string | undefined): void {
    const nowMs = performance.now();
    if (reason !== undefined) {
      this.#times++;
      if (this.#badSinceMs !== undefined) return;
      this.#badSinceMs = nowMs;
      this.#log.warn(this.#events.bad, { ...this.#fields, reason });
    } else if (this.#badSinceMs !== undefined) {
      const after = formatDuration(nowMs - this.#badSinceMs);
      this.#log.info(this.#events.good, { ...this.#fields, after, failures: this.#times });
      this.#badSinceMs = undefined;
      this.#times = 0;
    }
  }
}
