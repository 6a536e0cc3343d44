// One target of the store: what is known of it, and what that means at a moment.

import { formatDuration, type Target } from "../protocol/mod.ts";
import type { Push } from "./push.ts";
import type { Reading, Snapshot } from "./snapshot.ts";
import type { PushCounts, TargetStatus } from "./target_status.ts";

/** A target that is known. Times are by the store's clock. */
export interface Entry {
  readonly target: Target;
  readonly counts: Record<keyof PushCounts, number>;
  push: Push;
  receivedAtMs: number;
  /** Of a target on demand: whether its sender is there. `undefined` of others. */
  isLive: boolean | undefined;
  /** Why the receiver refused a push since: what a silent target is silent for. */
  refusal: string | undefined;
  lastScrapeMs: number | undefined;
  /** From the last scrape but one to the last. */
  scrapeIntervalMs: number | undefined;
  /** Where its history is. */
  readonly slot: number;
}

/** Whether it may be served still. */
export function isFresh(entry: Entry, nowMs: number): boolean {
  return entry.isLive ?? nowMs - entry.receivedAtMs <= entry.push.ttlMs;
}

/** What a scraper gets. */
export function reading(
  entry: Entry,
  nowMs: number,
): Exclude<Reading, { state: "unknown" | "bad_request" }> {
  if (!isFresh(entry, nowMs)) return silence(entry, nowMs);
  const { content } = entry.push;
  if ("cause" in content) {
    return { state: "source_failed", cause: content.cause, reason: content.detail };
  }
  return { state: "up", snapshot: "body" in content ? content : NEVER_READ };
}

/** A target on demand isn't read here, but asked. */
const NEVER_READ: Snapshot = {
  body: new Uint8Array(0),
  contentType: "",
  encoding: "identity",
  unpackedBytes: 0,
};

function silence(entry: Entry, nowMs: number) {
  const age = formatDuration(Math.floor((nowMs - entry.receivedAtMs) / 1000) * 1000);
  const since = entry.isLive === undefined
    ? `last push ${age} ago, time to live ${formatDuration(entry.push.ttlMs)}`
    : `its sender is not connected, for ${age}`;
  return entry.refusal === undefined
    ? { state: "silent", cause: "sender_silent", reason: since } as const
    : { state: "silent", cause: "push_refused", reason: `${entry.refusal}; ${since}` } as const;
}

/** What an operator sees, but for its history. */
export function status(entry: Entry, nowMs: number): Omit<TargetStatus, "history"> {
  const { target, push, counts, receivedAtMs, lastScrapeMs, scrapeIntervalMs } = entry;
  const now = reading(entry, nowMs);
  const { content, ...rest } = push;
  return {
    target,
    push: rest,
    unpackedBytes: "body" in content
      ? content.unpackedBytes
      : "lastBytes" in content
      ? content.lastBytes
      : undefined,
    counts,
    state: now.state,
    down: now.state === "up" ? undefined : { cause: now.cause, reason: now.reason },
    ageMs: nowMs - receivedAtMs,
    sinceScrapeMs: lastScrapeMs === undefined ? undefined : nowMs - lastScrapeMs,
    scrapeIntervalMs,
  };
}
