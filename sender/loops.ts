// The loops at work: one for each pair, which stays while its pair does.

import type { Pair } from "./pair.ts";
import { spread } from "./schedule.ts";

/** Starts the loop of a pair, and resolves once it has ended. */
export type RunLoop = (
  pair: Pair,
  options: { readonly firstDelayMs: number; readonly signal: AbortSignal },
) => Promise<void>;

/** What a change came to. */
export interface Changes {
  readonly kept: number;
  readonly added: readonly Pair[];
  readonly removed: readonly Pair[];
}

interface Running {
  readonly pair: Pair;
  readonly stopping: AbortController;
  readonly finished: Promise<void>;
}

/** Starts and ends loops as pairs come and go. */
export class Loops {
  readonly #run: RunLoop;
  #running = new Map<string, Running>();

  constructor(run: RunLoop) {
    this.#run = run;
  }

  /** The pairs that are relayed. */
  get pairs(): Pair[] {
    return Array.from(this.#running.values(), ({ pair }) => pair);
  }

  /**
   * Makes these the pairs. One that is as it was goes on undisturbed; the others' loops
   * have ended before those of new pairs start, whose first passes are spread over their
   * intervals.
   */
  async apply(pairs: readonly Pair[]): Promise<Changes> {
    const wanted = new Map(pairs.map((pair) => [identity(pair), pair]));
    const gone = [...this.#running].filter(([key]) => !wanted.has(key));
    for (const [key, { stopping }] of gone) {
      stopping.abort();
      this.#running.delete(key);
    }
    if (gone.length > 0) await Promise.all(gone.map(([, { finished }]) => finished));

    const added = [...wanted].filter(([key]) => !this.#running.has(key));
    const delaysMs = spread(added.map(([, pair]) => pair.intervalMs));
    for (const [index, [key, pair]] of added.entries()) {
      const stopping = new AbortController();
      const firstDelayMs = delaysMs[index] ?? 0;
      const finished = this.#run(pair, { firstDelayMs, signal: stopping.signal });
      this.#running.set(key, { pair, stopping, finished });
    }
    return {
      kept: wanted.size - added.length,
      added: added.map(([, pair]) => pair),
      removed: gone.map(([, { pair }]) => pair),
    };
  }
}

/** Everything that a pair says. It holds secrets. */
function identity(pair: Pair): string {
  return JSON.stringify(pair, (_, value) => value instanceof RegExp ? String(value) : value);
}
