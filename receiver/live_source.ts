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
  /** By target, the newest way last. */
  readonly #live = new Map<string, readonly Live[]>();

  constructor(store: LiveStore) {
    this.#store = store;
  }

  /** From now on the target's scrapes go this way, and again as before once it is detached. */
  attach(target: Target, live: Live): void {
    const key = targetKey(target);
    this.#live.set(key, [...this.#live.get(key) ?? [], live]);
  }

  /** Returns whether that was the last way. */
  detach(target: Target, ask: Ask): boolean {
    const key = targetKey(target);
    const before = this.#live.get(key) ?? [];
    const ways = before.filter((each) => each.ask !== ask);
    if (ways.length === before.length) return false;
    if (ways.length > 0) this.#live.set(key, ways);
    else this.#live.delete(key);
    return ways.length === 0;
  }

  /** Forgets a target, however it is reached. Returns whether it was known. */
  forget(target: Target): boolean {
    const key = targetKey(target);
    const ways = this.#live.get(key) ?? [];
    this.#live.delete(key);
    const wasKnown = this.#store.delete(target);
    for (const { forgotten } of ways) forgotten();
    return wasKnown;
  }

  read(target: Target, request: ScrapeRequest): Reading | Promise<Reading> {
    const stored = this.#store.read(target);
    return this.#live.size === 0
      ? stored
      : this.#live.get(targetKey(target))?.at(-1)?.ask(request) ?? stored;
  }
}
