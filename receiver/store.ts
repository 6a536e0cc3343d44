// All targets and the newest snapshot of each, in memory.

import {
  formatDuration,
  formatSize,
  type SourceFailure,
  type Target,
  targetKey,
} from "../protocol/mod.ts";
import type { Reading, Snapshot, SnapshotSource } from "./snapshot.ts";

/** What the store may hold. */
export interface StoreLimits {
  /** Targets, silent ones included. */
  readonly maxTargets: number;
  /** Bytes of all snapshots, as stored. */
  readonly maxMemoryBytes: number;
  /** How long a target that went silent stays known. */
  readonly forgetAfterMs: number;
}

/** One push: a snapshot, or why there is none. */
export interface Push {
  readonly content: Snapshot | SourceFailure;
  readonly ttlMs: number;
  /** When the source answered, by the sender's clock; `undefined` where it didn't say. */
  readonly scrapedAtMs: number | undefined;
}

/** `outdated`: something newer is stored, so nothing was changed. */
export type WriteOutcome =
  | { readonly ok: true; readonly result: "stored" | "outdated" }
  | { readonly ok: false; readonly reason: string };

/** How many targets are in which state. */
export type StateCounts = Record<"up" | "source_failed" | "silent", number>;

interface Entry extends Push {
  readonly target: Target;
  readonly receivedAtMs: number;
  /** Why the receiver refused a push since: what a silent target is silent for. */
  refusal: string | undefined;
}

/**
 * The newest push of each target. Expiry is decided when a target is read; `sweep()`
 * only frees memory. Times are milliseconds of one monotonic clock.
 */
export class MemoryStore implements SnapshotSource {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: StoreLimits;
  readonly #now: () => number;
  #bodyBytes = 0;

  constructor(limits: StoreLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Bytes of all stored snapshots. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Takes a push whole, or refuses it and changes nothing. */
  write(target: Target, push: Push): WriteOutcome {
    const nowMs = this.#now();
    const key = targetKey(target);
    const stored = this.#entries.get(key);
    if (stored !== undefined && isFresh(stored, nowMs) && isOlder(push, stored)) {
      return { ok: true, result: "outdated" };
    }
    if (stored === undefined && this.#entries.size >= this.#limits.maxTargets) {
      this.sweep();
    }
    if (stored === undefined && this.#entries.size >= this.#limits.maxTargets) {
      return {
        ok: false,
        reason: `no room for another target: ${this.#limits.maxTargets} known`,
      };
    }
    if (!this.#fits(push, stored)) {
      this.sweep();
      if (!this.#fits(push, this.#entries.get(key))) {
        const limit = formatSize(this.#limits.maxMemoryBytes);
        return {
          ok: false,
          reason: `no room for the snapshot: ${limit} of memory in use`,
        };
      }
    }
    this.#set(key, { ...push, target, receivedAtMs: nowMs, refusal: undefined });
    return { ok: true, result: "stored" };
  }

  /** Remembers that a push of a known target was refused; its last snapshot stays. */
  noteRefusal(target: Target, reason: string): void {
    const entry = this.#entries.get(targetKey(target));
    if (entry !== undefined) entry.refusal = reason;
  }

  /** Forgets a target. Returns whether it was known. */
  delete(target: Target): boolean {
    return this.#remove(targetKey(target));
  }

  read(target: Target): Reading {
    const entry = this.#entries.get(targetKey(target));
    if (entry === undefined) return { state: "unknown" };
    const nowMs = this.#now();
    if (!isFresh(entry, nowMs)) return silence(entry, nowMs);
    const { content } = entry;
    if ("body" in content) return { state: "up", snapshot: content };
    return { state: "source_failed", cause: content.cause, reason: content.detail };
  }

  /** Every target that is known, silent ones included. */
  *targets(): Iterable<Target> {
    for (const { target } of this.#entries.values()) yield target;
  }

  /** Counts all targets by state, in one pass. */
  countStates(): StateCounts {
    const nowMs = this.#now();
    const counts = { up: 0, source_failed: 0, silent: 0 };
    for (const entry of this.#entries.values()) {
      if (!isFresh(entry, nowMs)) counts.silent++;
      else if ("body" in entry.content) counts.up++;
      else counts.source_failed++;
    }
    return counts;
  }

  /** Frees the bodies that may not be served any more, and the targets silent for too long. */
  sweep(): void {
    const nowMs = this.#now();
    for (const [key, entry] of this.#entries) {
      if (nowMs - entry.receivedAtMs - entry.ttlMs > this.#limits.forgetAfterMs) {
        this.#remove(key);
      } else if (!isFresh(entry, nowMs) && bodyBytes(entry) > 0) {
        this.#set(key, { ...entry, content: EXPIRED });
      }
    }
  }

  #fits(push: Push, stored: Entry | undefined): boolean {
    const bytes = this.#bodyBytes + bodyBytes(push) - bodyBytes(stored);
    return bytes <= this.#limits.maxMemoryBytes ||
      bodyBytes(push) <= bodyBytes(stored);
  }

  #set(key: string, entry: Entry): void {
    this.#bodyBytes += bodyBytes(entry) - bodyBytes(this.#entries.get(key));
    this.#entries.set(key, entry);
  }

  #remove(key: string): boolean {
    this.#bodyBytes -= bodyBytes(this.#entries.get(key));
    return this.#entries.delete(key);
  }
}

/** Stands where the body of a silent target was. Never read: silence comes first. */
const EXPIRED: SourceFailure = { cause: "sender_silent", detail: "" };

function isFresh(entry: Entry, nowMs: number): boolean {
  return nowMs - entry.receivedAtMs <= entry.ttlMs;
}

function isOlder(push: Push, stored: Push): boolean {
  return push.scrapedAtMs !== undefined && stored.scrapedAtMs !== undefined &&
    push.scrapedAtMs < stored.scrapedAtMs;
}

function bodyBytes(push: Push | undefined): number {
  return push !== undefined && "body" in push.content ? push.content.body.byteLength : 0;
}

function silence(entry: Entry, nowMs: number): Reading {
  const age = formatDuration(Math.floor((nowMs - entry.receivedAtMs) / 1000) * 1000);
  const since = `last push ${age} ago, time to live ${formatDuration(entry.ttlMs)}`;
  return entry.refusal === undefined
    ? { state: "silent", cause: "sender_silent", reason: since }
    : {
      state: "silent",
      cause: "push_refused",
      reason: `${entry.refusal}; ${since}`,
    };
}
