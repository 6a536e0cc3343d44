// What to do where no file is left for a new connection: others, that wait for their next use,
// make room.

import { errorText, OUT_OF_FILES } from "./error_text.ts";

/** Closing all idle connections more often would leave none to be used again. */
const EVERY_MS = 1_000;

/** Wraps calls that open connections; has idle ones closed where that fails for want of files. */
export class SpareFiles {
  readonly #closeIdle: () => void;
  readonly #now: () => number;
  #closedMs = -Infinity;

  constructor({ closeIdle, now }: { readonly closeIdle: () => void; readonly now: () => number }) {
    this.#closeIdle = closeIdle;
    this.#now = now;
  }

  /** A function that does the same, and rejects as it does. */
  watch<Args extends unknown[], T>(
    call: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T> {
    return async (...args) => {
      try {
        return await call(...args);
      } catch (error) {
        if (errorText(error) === OUT_OF_FILES) this.#free();
        throw error;
      }
    };
  }

  #free(): void {
    const nowMs = this.#now();
    if (nowMs - this.#closedMs < EVERY_MS) return;
    this.#closedMs = nowMs;
    this.#closeIdle();
  }
}
