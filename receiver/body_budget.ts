// Memory for the bodies of all pushes that are on their way at once.

/** A body up to here never waits for others. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** How much there is. */
export interface BudgetLimits {
  /** For small bodies, and for what larger ones have sent before they get their room. */
  readonly smallBytes: number;
  /** For larger bodies, each as a whole. */
  readonly largeBytes: number;
  /** So many of them may wait. */
  readonly maxWaiting: number;
}

const LIMITS: BudgetLimits = {
  smallBytes: 16 * 1024 * 1024,
  largeBytes: 16 * 1024 * 1024,
  maxWaiting: 128,
};

/** After so many bytes of large bodies their garbage is worth a collection. */
const COLLECT_BYTES = 32 * 1024 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly resolve: (got: boolean) => void;
}

/**
 * Small bodies are charged for what has arrived of them, so that one that comes drop by
 * drop holds next to nothing. A large one gets room for all of it or waits, in order:
 * what has its room can always go on, and nobody waits for somebody who waits.
 */
export class BodyBudget {
  readonly #limits: BudgetLimits;
  readonly #waiting = new Set<Waiting>();
  #small = 0;
  #large = 0;
  readonly #collect: () => void;
  #sinceCollectionBytes = 0;

  /** `collect` is called now and then, so that what bodies leave behind doesn't pile up. */
  constructor(collect: () => void, limits: BudgetLimits = LIMITS) {
    this.#collect = collect;
    this.#limits = limits;
  }

  /** Bytes given out just now. */
  get usedBytes(): number {
    return this.#small + this.#large;
  }

  /** A share for one body, empty at first. Whoever opens it disposes of it. */
  open(): BodyShare {
    let small = 0;
    let large = 0;
    return {
      grow: (bytes) => {
        if (this.#small + bytes - small > this.#limits.smallBytes) return false;
        this.#small += bytes - small;
        small = bytes;
        return true;
      },
      reserve: async (bytes, signal) => {
        const got = await this.#take(bytes, signal);
        if (got) large = bytes;
        return got;
      },
      [Symbol.dispose]: () => {
        this.#small -= small;
        this.#large -= large;
        this.#leave(large);
        small = large = 0;
        this.#serve();
      },
    };
  }

  #take(bytes: number, signal: AbortSignal): Promise<boolean> | boolean {
    if (this.#waiting.size === 0 && this.#fits(bytes)) {
      this.#large += bytes;
      return true;
    }
    if (this.#waiting.size >= this.#limits.maxWaiting) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting = { bytes, resolve };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", () => {
      if (!this.#waiting.delete(waiting)) return;
      resolve(false);
      this.#serve();
    }, { once: true });
    return promise;
  }

  #leave(bytes: number): void {
    this.#sinceCollectionBytes += bytes;
    if (this.#sinceCollectionBytes < COLLECT_BYTES) return;
    this.#sinceCollectionBytes = 0;
    this.#collect();
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.bytes)) return;
      this.#waiting.delete(waiting);
      this.#large += waiting.bytes;
      waiting.resolve(true);
    }
  }

  /** One that is larger than all there is passes alone. */
  #fits(bytes: number): boolean {
    return this.#large === 0 || this.#large + bytes <= this.#limits.largeBytes;
  }
}

/** What one body holds of the budget. */
export interface BodyShare extends Disposable {
  /** Holds so many bytes of a small body from now on; `false` where there is no room. */
  grow(bytes: number): boolean;
  /** Waits for room for a whole large body; `false` where too many wait, or once `signal` aborts. */
  reserve(bytes: number, signal: AbortSignal): Promise<boolean>;
}
