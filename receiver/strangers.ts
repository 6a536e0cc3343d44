// Slows down whoever shows no good token: so many requests a minute from one address, and
// far fewer guesses.

import { addressGroup } from "./address_group.ts";
import { RateLimiter } from "./rate.ts";

const GUESSES_PER_MINUTE = 60;
const REQUESTS_PER_MINUTE = 12_000;

/** Counts, by address, the requests that were not let in. */
export class Strangers {
  readonly #guesses: RateLimiter;
  readonly #requests: RateLimiter;

  /** `now` is a monotonic clock in ms. */
  constructor(now: () => number) {
    this.#guesses = new RateLimiter(now);
    this.#requests = new RateLimiter(now);
  }

  /**
   * Counts one more, with a wrong `Authorization` or with none. Returns `undefined` while
   * the address may go on, else the seconds after which it may.
   */
  count(address: string, authorization: string | null): number | undefined {
    const group = addressGroup(address);
    return authorization === null
      ? this.#requests.take(group, REQUESTS_PER_MINUTE)
      : this.#guesses.take(group, GUESSES_PER_MINUTE);
  }
}
