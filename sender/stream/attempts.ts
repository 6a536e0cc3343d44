// How the attempts to open a stream went: how long until the next one, and whether PUT is to be
// used until then.

import { CLOSE } from "../../protocol/stream/mod.ts";
import { backoffMs } from "../backoff.ts";
import { Condition } from "../condition.ts";
import type { DeliveryFailed } from "../delivery.ts";
import type { Log } from "../log.ts";
import type { Timing } from "../timing.ts";
import type { End } from "./connection.ts";

/** What they are counted with. */
export interface AttemptsOptions {
  readonly timing: Timing;
  readonly log: Log;
  /** How the receiver is named in the log. */
  readonly receiver: string;
}

/** Who waits for a stream. */
export interface Waiting {
  /** The shortest of all intervals. */
  readonly intervalMs: number;
  /** Pairs on demand, which have no way by PUT. */
  readonly onDemand: number;
}

/** With an attempt that hangs before it, less than the 15 s after which all is to be fresh. */
const MAX_BACKOFF_MS = 5_000;
/** Who lived so long was no failure. */
const STEADY_MS = 10_000;
/** What may be the way's fault, or just a receiver that starts, is so many times in a row. */
const MAX_BREAKS = 3;
/** How long PUT is used where there can be no stream, and where there may be one soon. */
const PUT_MS = 10 * 60_000;
const PUT_BRIEFLY_MS = 60_000;
/** The same where something is on demand, which no PUT helps. */
const NO_PUT_MS = 8_000;

/** Of one receiver. */
export class Attempts {
  readonly #timing: Timing;
  readonly #opening: Condition;
  readonly #fitness: Condition;
  #usesPut = false;
  #failures = 0;
  #breaks = 0;
  #noRoom = 0;
  #failingSinceMs: number | undefined;
  #lastFailure: DeliveryFailed | undefined;

  constructor({ timing, log, receiver }: AttemptsOptions) {
    this.#timing = timing;
    this.#opening = new Condition(log, { receiver }, {
      bad: "stream failing",
      good: "stream recovered",
    });
    this.#fitness = new Condition(log, { receiver }, {
      bad: "pushing by PUT",
      good: "streaming again",
    });
  }

  /** Whether there can't be a stream for a while, so that PUT is used. */
  get usesPut(): boolean {
    return this.#usesPut;
  }

  /** What came of the last one; `undefined` before the first has failed. */
  get lastFailure(): DeliveryFailed | undefined {
    return this.#lastFailure;
  }

  /** Both sides said hello. */
  opened(): void {
    this.#usesPut = false;
    this.#breaks = 0;
    this.#failingSinceMs = undefined;
    this.#opening.report(undefined);
    this.#fitness.report(undefined);
  }

  /** A stream that was open has ended after so long. Returns how long to wait, in milliseconds. */
  ended({ code, reason, wasReady }: End, livedMs: number, waiting: Waiting): number {
    const failure = broken(code, reason);
    if (code === CLOSE.protocol) return this.notOpened(failure, "yes", waiting);
    if (!wasReady) return this.notOpened(failure, "perhaps", waiting);
    if (livedMs >= STEADY_MS) this.#failures = 0;
    this.#failures++;
    this.#lastFailure = failure;
    this.#noRoom = code === CLOSE.no_room ? this.#noRoom + 1 : 0;
    // Somebody should know that deltas are missing, even where the next stream opens at once.
    if (code === CLOSE.no_room) this.#opening.report(failure.reason);
    if (this.#noRoom >= MAX_BREAKS) return this.#putInstead(failure, waiting, PUT_BRIEFLY_MS);
    // All senders of a receiver that stops are told so at once.
    return code === CLOSE.going
      ? this.#timing.random() * maxBackoffMs(waiting)
      : this.#backoffMs(waiting);
  }

  /**
   * There was none. `unfit`: whether something on the way lets none through. Returns how long to
   * wait, in milliseconds.
   */
  notOpened(failure: DeliveryFailed, unfit: "no" | "perhaps" | "yes", waiting: Waiting): number {
    const { random, now } = this.#timing;
    this.#failures++;
    this.#lastFailure = failure;
    this.#breaks = unfit === "no" ? 0 : this.#breaks + 1;
    if (unfit === "yes" || this.#breaks >= MAX_BREAKS) {
      return this.#putInstead(failure, waiting, unfit === "yes" ? PUT_MS : PUT_BRIEFLY_MS);
    }
    this.#failingSinceMs ??= now();
    const failingMs = now() - this.#failingSinceMs;
    // What gets through a moment later is nobody's trouble.
    if (!failure.retriable || failingMs >= maxBackoffMs(waiting)) {
      this.#opening.report(failure.reason);
    }
    if (!failure.retriable) return maxBackoffMs(waiting) * (1 + random());
    return this.#backoffMs(waiting, failure.retryAfterMs);
  }

  #putInstead({ reason }: DeliveryFailed, waiting: Waiting, putMs: number): number {
    this.#usesPut = true;
    this.#fitness.report(reason + wayOut(waiting));
    return (waiting.onDemand === 0 ? putMs : NO_PUT_MS) * (1 + this.#timing.random() / 2);
  }

  #backoffMs(waiting: Waiting, retryAfterMs?: number): number {
    const intervalMs = maxBackoffMs(waiting);
    return backoffMs({ failures: this.#failures, intervalMs, retryAfterMs }, this.#timing.random);
  }
}

function maxBackoffMs({ intervalMs }: Waiting): number {
  return Math.min(MAX_BACKOFF_MS, intervalMs);
}

function wayOut({ onDemand }: Waiting): string {
  if (onDemand === 0) return "";
  const pairs = onDemand === 1 ? "a pair" : `${onDemand} pairs`;
  return `: ${pairs} on demand can't be scraped: let WebSockets pass to /stream, ` +
    'or set "mode" to "push"';
}

function broken(code: number, reason: string): DeliveryFailed {
  const said = reason === "" ? "" : ` ${reason}`;
  return {
    ok: false,
    refused: false,
    retriable: true,
    reason: `the stream broke off: ${code}${said}`,
  };
}
