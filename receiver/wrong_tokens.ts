// Slows down whoever guesses tokens: so many wrong ones a minute from one address.

const WINDOW_MS = 60_000;
const MAX_PER_WINDOW = 60;
/** Addresses counted in one window. Beyond it nobody new is counted: the answer is 401 as ever. */
const MAX_ADDRESSES = 10_000;

/** Counts wrong tokens by address, in fixed windows of a minute. */
export class WrongTokens {
  readonly #counts = new Map<string, number>();
  readonly #now: () => number;
  #windowStartMs = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts one more. Returns `undefined` while the address may go on, else the
   * seconds after which it may.
   */
  count(address: string): number | undefined {
    const nowMs = this.#now();
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#counts.clear();
    }
    const before = this.#counts.get(address);
    if (before === undefined && this.#counts.size >= MAX_ADDRESSES) {
      return undefined;
    }
    const count = (before ?? 0) + 1;
    this.#counts.set(address, count);
    if (count <= MAX_PER_WINDOW) return undefined;
    return Math.ceil((this.#windowStartMs + WINDOW_MS - nowMs) / 1000);
  }
}
