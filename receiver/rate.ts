// Slows down whoever comes too often: so many events a minute for each key.

const MINUTE_MS = 60_000;
const PRUNE_EVERY_MS = 1_000;
/** Room for rounding: a minute's worth of events at once is not too often. */
const TOLERANCE_MS = 1;

/**
 * Counts events by key, such as a token's name or an address. A key may spend a whole
 * minute's events at once; they come back evenly, so that who is over the limit is slowed
 * down to it and never shut out for long.
 */
export class RateLimiter {
  /** When each key will have all its events back. */
  readonly #wholeAtMs = new Map<string, number>();
  readonly #now: () => number;
  readonly #maxKeys: number;
  #prunedMs = -Infinity;

  /** `now` is a monotonic clock in ms. Beyond `maxKeys` no new key is counted, nor stopped. */
  constructor(now: () => number, maxKeys = 10_000) {
    this.#now = now;
    this.#maxKeys = maxKeys;
  }

  /**
   * Counts one event. Returns `undefined` while the key may go on; else nothing is
   * counted, and it is the seconds after which the key may.
   */
  take(key: string, perMinute: number): number | undefined {
    const nowMs = this.#now();
    const known = this.#wholeAtMs.get(key);
    if (known === undefined && this.#isFull(nowMs)) return undefined;
    const wholeAtMs = Math.max(known ?? nowMs, nowMs) + MINUTE_MS / perMinute;
    const waitMs = wholeAtMs - nowMs - MINUTE_MS;
    if (waitMs > TOLERANCE_MS) return Math.ceil(waitMs / 1000);
    this.#wholeAtMs.set(key, wholeAtMs);
    return undefined;
  }

  #isFull(nowMs: number): boolean {
    if (this.#wholeAtMs.size < this.#maxKeys) return false;
    if (nowMs - this.#prunedMs >= PRUNE_EVERY_MS) {
      this.#prunedMs = nowMs;
      for (const [key, wholeAtMs] of this.#wholeAtMs) {
        if (wholeAtMs <= nowMs) this.#wholeAtMs.delete(key);
      }
    }
    return this.#wholeAtMs.size >= this.#maxKeys;
  }
}
