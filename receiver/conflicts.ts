// Two tokens that claim one target: tells it once, however often they push.

import { type Target, targetKey, targetPath } from "../protocol/mod.ts";
import type { Log } from "./log.ts";

/** A conflict that was quiet for so long counts as a new one. */
const QUIET_MS = 10 * 60_000;
/** Beyond so many at once, new ones are counted but not logged. */
const MAX_KNOWN = 10_000;
const PRUNE_EVERY_MS = 1_000;

/** Who owns a target, and who wanted it as well; both by their tokens' names. */
export interface Conflict {
  readonly target: Target;
  readonly owner: string;
  readonly token: string;
}

/** Logs each conflict when it begins. */
export class Conflicts {
  readonly #lastSeenMs = new Map<string, number>();
  readonly #log: Log;
  readonly #now: () => number;
  #prunedMs = -Infinity;

  /** `now` is a monotonic clock in ms. */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** One more push that was refused for it. */
  seen({ target, owner, token }: Conflict): void {
    const nowMs = this.#now();
    const key = `${targetKey(target)}\n${owner}\n${token}`;
    const lastSeenMs = this.#lastSeenMs.get(key);
    if (lastSeenMs === undefined && this.#isFull(nowMs)) return;
    this.#lastSeenMs.set(key, nowMs);
    if (lastSeenMs !== undefined && nowMs - lastSeenMs < QUIET_MS) return;
    this.#log.warn("target claimed twice", { target: targetPath(target), owner, token });
  }

  #isFull(nowMs: number): boolean {
    if (this.#lastSeenMs.size < MAX_KNOWN) return false;
    if (nowMs - this.#prunedMs >= PRUNE_EVERY_MS) {
      this.#prunedMs = nowMs;
      for (const [key, lastSeenMs] of this.#lastSeenMs) {
        if (nowMs - lastSeenMs >= QUIET_MS) this.#lastSeenMs.delete(key);
      }
    }
    return this.#lastSeenMs.size >= MAX_KNOWN;
  }
}
