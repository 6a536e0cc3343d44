// All targets and the newest snapshot of each, in memory.

import {
  formatSize,
  type Labels,
  type SourceFailure,
  type Target,
  targetKey,
} from "../protocol/mod.ts";
import { type Entry, isFresh, reading, status } from "./entry.ts";
import { HourHistory } from "./hour_history.ts";
import { OwnedTargets } from "./owned_targets.ts";
import type { LiveContent, Push, StoredPush } from "./push.ts";
import type { Reading } from "./snapshot.ts";
import type { TargetStatus } from "./target_status.ts";

/** What the store may hold. */
export interface StoreLimits {
  /** Targets, silent ones included. */
  readonly maxTargets: number;
  /** Bytes of all snapshots, as stored. */
  readonly maxMemoryBytes: number;
  /** How long a target that went silent stays known. */
  readonly forgetAfterMs: number;
}

/** `outdated`: something newer is stored, so nothing was changed. */
export type WriteOutcome =
  | { readonly ok: true; readonly result: "stored" | "outdated" }
  | { readonly ok: false; readonly reason: string };

/** What became of a target that was kept: `too_many` of them, or `too_large` for the memory. */
export type Restored = "restored" | "forgotten" | "too_many" | "too_large";

/** How many targets are in which state. */
export type StateCounts = Record<"up" | "source_failed" | "silent", number>;

/** What a store works with. */
export interface StoreOptions {
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Told of each target whose last push is another one now, or that is gone. */
  readonly changed?: ((key: string) => void) | undefined;
}

/**
 * The newest push of each target. Expiry is decided when a target is read; `sweep()`
 * only frees memory. Times are milliseconds of one monotonic clock.
 */
export class MemoryStore {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: StoreLimits;
  readonly #now: () => number;
  readonly #changed: (key: string) => void;
  readonly #owned = new OwnedTargets();
  readonly #history = new HourHistory();
  #bodyBytes = 0;

  constructor(limits: StoreLimits, { now, changed = () => {} }: StoreOptions) {
    this.#limits = limits;
    this.#now = now;
    this.#changed = changed;
  }

  /** Bytes of all stored snapshots. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Targets known, silent ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The token whose push of this target is fresh; `undefined` where anybody may claim it. */
  owner(target: Target): string | undefined {
    const entry = this.#entries.get(targetKey(target));
    return entry !== undefined && isFresh(entry, this.#now()) ? entry.push.sender.token : undefined;
  }

  /**
   * Takes a push whole, or refuses it and changes nothing. `maxOwned` is how many targets,
   * silent ones included, the push's token may own.
   */
  write(target: Target, push: Push, { maxOwned = Infinity } = {}): WriteOutcome {
    const nowMs = this.#now();
    const key = targetKey(target);
    const known = this.#entries.get(key);
    if (known !== undefined && isFresh(known, nowMs) && isOlder(push, known.push)) {
      known.counts.outdated++;
      return { ok: true, result: "outdated" };
    }
    const refusal = this.#findRoom(key, push) ?? this.#ownsTooMany(key, push, { maxOwned });
    if (refusal !== undefined) return { ok: false, reason: refusal };
    const entry = this.#set(key, { target, push, receivedAtMs: nowMs });
    if (push.arrival === "on_demand") entry.isLive = true;
    else if ("body" in push.content) entry.counts.stored++;
    else entry.counts.source_failed++;
    return { ok: true, result: "stored" };
  }

  /**
   * Remembers that a push was refused to the token that pushed the target last: it may be
   * why the target goes silent. Its last snapshot stays.
   */
  noteRefusal(target: Target, { token, detail }: { token: string; detail: string }): void {
    const entry = this.#entries.get(targetKey(target));
    if (entry?.push.sender.token !== token) return;
    entry.refusal = detail;
    entry.counts.refused++;
  }

  /** The sender of a target on demand is gone. */
  disconnect(target: Target): void {
    const key = targetKey(target);
    const entry = this.#entries.get(key);
    if (entry?.isLive !== true) return;
    entry.isLive = false;
    entry.receivedAtMs = this.#now();
    this.#changed(key);
  }

  /** What the source of a target on demand came to, when somebody asked it. */
  answered(
    target: Target,
    { content, sentBytes }: Pick<Push, "sentBytes"> & {
      readonly content: SourceFailure | LiveContent;
    },
  ): void {
    const entry = this.#entries.get(targetKey(target));
    if (entry?.isLive !== true) return;
    const nowMs = this.#now();
    this.#history.note(entry.slot, { previousMs: entry.receivedAtMs, nowMs, sentBytes });
    entry.push = { ...entry.push, content, sentBytes };
    entry.receivedAtMs = nowMs;
    if ("cause" in content) entry.counts.source_failed++;
    else entry.counts.stored++;
  }

  /** Forgets a target. Returns whether it was known. */
  delete(target: Target): boolean {
    return this.#remove(targetKey(target));
  }

  /** What a scraper gets, unless the target is on demand and its sender there. */
  read(target: Target): Reading {
    const entry = this.#entries.get(targetKey(target));
    if (entry === undefined) return { state: "unknown" };
    const nowMs = this.#now();
    if (entry.lastScrapeMs !== undefined) entry.scrapeIntervalMs = nowMs - entry.lastScrapeMs;
    entry.lastScrapeMs = nowMs;
    return reading(entry, nowMs);
  }

  /** Every target that is known, silent ones included, with its labels. */
  *targets(): Iterable<{ readonly target: Target; readonly labels: Labels }> {
    for (const { target, push } of this.#entries.values()) yield { target, labels: push.labels };
  }

  /** Every target as an operator sees it, in no order. */
  *statuses(): Iterable<TargetStatus> {
    const nowMs = this.#now();
    for (const entry of this.#entries.values()) {
      const history = () => this.#history.read(entry.slot, entry.receivedAtMs, nowMs);
      yield { ...status(entry, nowMs), history };
    }
  }

  /** Counts all targets by state, in one pass. */
  countStates(): StateCounts {
    const nowMs = this.#now();
    const counts = { up: 0, source_failed: 0, silent: 0 };
    for (const entry of this.#entries.values()) {
      if (!isFresh(entry, nowMs)) counts.silent++;
      else if ("cause" in entry.push.content) counts.source_failed++;
      else counts.up++;
    }
    return counts;
  }

  /** The last push under a key that `changed` named; `undefined` where it is gone. */
  stored(key: string): StoredPush | undefined {
    return this.#entries.get(key);
  }

  /** The keys of all targets. */
  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  /**
   * Puts back what an earlier process stored, unless the target is known already, was
   * silent for too long, or there is no room.
   */
  restore(stored: StoredPush): Restored {
    const key = targetKey(stored.target);
    if (this.#entries.has(key) || this.#isForgotten(stored, this.#now())) return "forgotten";
    if (this.#findRoom(key, stored.push) !== undefined) {
      return this.#entries.size < this.#limits.maxTargets ? "too_large" : "too_many";
    }
    this.#set(key, stored);
    return "restored";
  }

  /** Frees the bodies that may not be served any more, and the targets silent for too long. */
  sweep(): void {
    const nowMs = this.#now();
    for (const [key, entry] of this.#entries) {
      if (entry.isLive !== true && this.#isForgotten(entry, nowMs)) {
        this.#remove(key);
      } else if (!isFresh(entry, nowMs) && bodyBytes(entry.push) > 0) {
        this.#bodyBytes -= bodyBytes(entry.push);
        entry.push = { ...entry.push, content: EXPIRED };
        this.#changed(key);
      }
    }
  }

  #isForgotten({ push, receivedAtMs }: StoredPush, nowMs: number): boolean {
    return nowMs - receivedAtMs - push.ttlMs > this.#limits.forgetAfterMs;
  }

  /** Why a push has no room, after what may go is gone. */
  #findRoom(key: string, push: Push): string | undefined {
    const { maxTargets, maxMemoryBytes } = this.#limits;
    const full = () => !this.#entries.has(key) && this.#entries.size >= maxTargets;
    if (full() || !this.#fits(key, push)) this.sweep();
    if (full()) return `no room for another target: ${maxTargets} known`;
    if (this.#fits(key, push)) return undefined;
    return `no room for the snapshot: ${formatSize(maxMemoryBytes)} of memory in use`;
  }

  #ownsTooMany(
    key: string,
    { sender: { token } }: Push,
    { maxOwned }: { readonly maxOwned: number },
  ): string | undefined {
    const full = () => this.#owned.count(token) >= maxOwned;
    if (this.#entries.get(key)?.push.sender.token === token || !full()) return undefined;
    this.sweep();
    return full() ? `no room for another target of this token: ${maxOwned} known` : undefined;
  }

  #fits(key: string, push: Push): boolean {
    const before = bodyBytes(this.#entries.get(key)?.push);
    return bodyBytes(push) <= before ||
      this.#bodyBytes + bodyBytes(push) - before <= this.#limits.maxMemoryBytes;
  }

  #set(key: string, { target, push, receivedAtMs }: StoredPush): Entry {
    const known = this.#entries.get(key);
    this.#bodyBytes += bodyBytes(push) - bodyBytes(known?.push);
    const entry = known ?? {
      target,
      push,
      receivedAtMs,
      counts: { stored: 0, source_failed: 0, outdated: 0, refused: 0 },
      isLive: undefined,
      refusal: undefined,
      lastScrapeMs: undefined,
      scrapeIntervalMs: undefined,
      slot: this.#history.take(),
    };
    if (known !== undefined) this.#owned.remove(known.push.sender.token);
    this.#owned.add(push.sender.token);
    const sentBytes = "body" in push.content ? push.sentBytes : 0;
    const previousMs = entry.receivedAtMs;
    this.#history.note(entry.slot, { previousMs, nowMs: receivedAtMs, sentBytes });
    entry.push = push;
    entry.receivedAtMs = receivedAtMs;
    entry.isLive = push.arrival === "on_demand" ? false : undefined;
    entry.refusal = undefined;
    if (known === undefined) this.#entries.set(key, entry);
    this.#changed(key);
    return entry;
  }

  #remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#bodyBytes -= bodyBytes(entry.push);
    this.#owned.remove(entry.push.sender.token);
    this.#history.release(entry.slot);
    this.#entries.delete(key);
    this.#changed(key);
    return true;
  }
}

/** Stands where the body of a silent target was. Never read: silence comes first. */
const EXPIRED: SourceFailure = { cause: "sender_silent", detail: "" };

function isOlder(push: Push, stored: Push): boolean {
  return push.scrapedAtMs !== undefined && stored.scrapedAtMs !== undefined &&
    push.scrapedAtMs < stored.scrapedAtMs;
}

function bodyBytes(push: Push | undefined): number {
  return push !== undefined && "body" in push.content ? push.content.body.byteLength : 0;
}
