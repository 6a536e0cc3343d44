// Live scrapes before the store: who asks for a target whose sender is there asks its source.

import { type Target, targetKey } from "../protocol/mod.ts";
import type { Reading, ScrapeRequest, SnapshotSource } from "./snapshot.ts";

/** Asks the source of one target. */
export type Ask = (request: ScrapeRequest) => Reading | Promise<Reading>;

/** The way to the source of one target. */
export interface Live {
  readonly ask: Ask;
  /** The target was forgotten: nobody comes this way any more. */
  readonly forgotten: () => void;
}

/** The store, as far as this needs it. */
export interface LiveStore {
  /** Is told of every scrape. */
  read(target: Target): Reading;
  /** Returns whether the target was known. */
  delete(target: Target): boolean;
}

/** The targets that can be asked just now, and a store for all others. */
export class LiveSource implements SnapshotSource {
  readonly #store: LiveStore;
  readonly #live = new Map<string, Live>();

  constructor(store: LiveStore) {
    this.#store = store;
  }

  /** From now on the target's scrapes go this way, whichever way they went before. */
  attach(target: Target, live: Live): void {
    this.#live.set(targetKey(target), live);
  }

  /** Returns whether they still went this way. */
  detach(target: Target, ask: Ask): boolean {
    const key = targetKey(target);
    return this.#live.get(key)?.ask === ask && this.#live.delete(key);
  }

  /** Forgets a target, however it is reached. Returns whether it was known. */
  forget(target: Target): boolean {
    const key = targetKey(target);
    const live = this.#live.get(key);
    this.#live.delete(key);
    const wasKnown = this.#store.delete(target);
    live?.forgotten();
    return wasKnown;
  }

  read(target: Target, request: ScrapeRequest): Reading | Promise<Reading> {
    const stored = this.#store.read(target);
    return this.#live.size === 0
      ? stored
      : this.#live.get(targetKey(target))?.ask(request) ?? stored;
  }
}
