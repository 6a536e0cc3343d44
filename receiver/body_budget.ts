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
  /** What one token may have of each of these, so that others can always push. */
  readonly ownerShare: number;
}

const LIMITS: BudgetLimits = {
  smallBytes: 16 * 1024 * 1024,
  largeBytes: 16 * 1024 * 1024,
  maxWaiting: 128,
  ownerShare: 0.75,
};

/** After so many bytes of large bodies their garbage is worth a collection. */
const COLLECT_BYTES = 32 * 1024 * 1024;

/** What one token has just now. */
interface Owner {
  small: number;
  large: number;
  waiting: number;
}

interface Waiting {
  readonly bytes: number;
  readonly owner: Owner;
  readonly resolve: (got: boolean) => void;
}

/**
 * Small bodies are charged for what has arrived of them, so that one that comes drop by
 * drop holds next to nothing. A large one gets room for all of it or waits: what has its
 * room can always go on. In line stand first those whose token has the least, then those
 * who came first, so that no token keeps the others out.
 */
export class BodyBudget {
  readonly #limits: BudgetLimits;
  readonly #owners = new Map<string, Owner>();
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

  /** A share for one body of a token, empty at first. Whoever opens it disposes of it. */
  open(token: string): BodyShare {
    const owner = this.#ownerOf(token);
    let small = 0;
    let large = 0;
    return {
      grow: (bytes) => {
        const more = bytes - small;
        const { smallBytes, ownerShare } = this.#limits;
        if (this.#small + more > smallBytes) return false;
        if (owner.small + more > smallBytes * ownerShare) return false;
        this.#small += more;
        owner.small += more;
        small = bytes;
        return true;
      },
      reserve: async (bytes, signal) => {
        const got = await this.#take(owner, { bytes, signal });
        if (got) large = bytes;
        return got;
      },
      [Symbol.dispose]: () => {
        this.#small -= small;
        owner.small -= small;
        this.#large -= large;
        owner.large -= large;
        this.#leave(large);
        small = large = 0;
        this.#serve();
      },
    };
  }

  #ownerOf(token: string): Owner {
    const known = this.#owners.get(token);
    if (known !== undefined) return known;
    const owner = { small: 0, large: 0, waiting: 0 };
    this.#owners.set(token, owner);
    return owner;
  }

  #take(
    owner: Owner,
    { bytes, signal }: { readonly bytes: number; readonly signal: AbortSignal },
  ): Promise<boolean> | boolean {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting = { bytes, owner, resolve };
    this.#waiting.add(waiting);
    owner.waiting++;
    this.#serve();
    if (!this.#waiting.has(waiting)) return true;
    const { maxWaiting, ownerShare } = this.#limits;
    if (this.#waiting.size > maxWaiting || owner.waiting > maxWaiting * ownerShare) {
      this.#quit(waiting);
      return false;
    }
    signal.addEventListener("abort", () => {
      if (!this.#quit(waiting)) return;
      resolve(false);
      this.#serve();
    }, { once: true });
    return promise;
  }

  #quit(waiting: Waiting): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    waiting.owner.waiting--;
    return true;
  }

  #leave(bytes: number): void {
    this.#sinceCollectionBytes += bytes;
    if (this.#sinceCollectionBytes < COLLECT_BYTES) return;
    this.#sinceCollectionBytes = 0;
    this.#collect();
  }

  #serve(): void {
    if (this.#waiting.size === 0) return;
    const line = [...this.#waiting].sort((a, b) => a.owner.large - b.owner.large);
    const held = new Set<Owner>();
    for (const waiting of line) {
      const { bytes, owner } = waiting;
      if (held.has(owner)) continue;
      if (this.#fits(bytes, owner)) {
        this.#quit(waiting);
        this.#large += bytes;
        owner.large += bytes;
        waiting.resolve(true);
      } else if (owner.large === 0) {
        return; // it is its turn, or small ones would pass it for ever
      } else {
        held.add(owner);
      }
    }
  }

  /** One that is larger than all there is passes alone. */
  #fits(bytes: number, owner: Owner): boolean {
    const { largeBytes, ownerShare } = this.#limits;
    return (this.#large === 0 || this.#large + bytes <= largeBytes) &&
      (owner.large === 0 || owner.large + bytes <= largeBytes * ownerShare);
  }
}

/** What one body holds of the budget. */
export interface BodyShare extends Disposable {
  /** Holds so many bytes of a small body from now on; `false` where there is no room. */
  grow(bytes: number): boolean;
  /** Waits for room for a whole large body; `false` where too many wait, or once `signal` aborts. */
  reserve(bytes: number, signal: AbortSignal): Promise<boolean>;
}
