// Live scrapes before the store: who asks for a target whose sender is there asks its source.

import { type Target, targetKey } from "../protocol/mod.ts";
import type { Reading, ScrapeRequest, SnapshotSource } from "./snapshot.ts";

/** Asks the source of one target. */
export type Ask = (request: ScrapeRequest) => Reading | Promise<Reading>;

/** The targets that can be asked just now, and a store for all others. */
export class LiveSource implements SnapshotSource {
  readonly #store: { read(target: Target): Reading };
  readonly #asks = new Map<string, Ask>();

  /** `store.read` is told of every scrape. */
  constructor(store: { read(target: Target): Reading }) {
    this.#store = store;
  }

  /** From now on the target's scrapes go this way, whichever way they went before. */
  attach(target: Target, ask: Ask): void {
    this.#asks.set(targetKey(target), ask);
  }

  /** Returns whether they still went this way. */
  detach(target: Target, ask: Ask): boolean {
    const key = targetKey(target);
    return this.#asks.get(key) === ask && this.#asks.delete(key);
  }

  read(target: Target, request: ScrapeRequest): Reading | Promise<Reading> {
    const stored = this.#store.read(target);
    return this.#asks.size === 0 ? stored : this.#asks.get(targetKey(target))?.(request) ?? stored;
  }
}
