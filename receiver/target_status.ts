// One target as an operator sees it: on the page, in the API and in the metrics.

import type { Cause, Target } from "../protocol/mod.ts";
import type { TargetHistory } from "./hour_history.ts";
import type { Reading } from "./snapshot.ts";
import type { Push } from "./push.ts";

/** What became of the pushes of one target since the receiver started. */
export interface PushCounts {
  readonly stored: number;
  /** Reports that the source has nothing. */
  readonly source_failed: number;
  /** Older than what was stored. */
  readonly outdated: number;
  readonly refused: number;
}

/** A target at the moment somebody asks. */
export interface TargetStatus {
  readonly target: Target;
  readonly state: Exclude<Reading["state"], "unknown" | "bad_request">;
  /** Why it is down: what a scraper is told. `undefined` for one that is up. */
  readonly down: { readonly cause: Cause; readonly reason: string } | undefined;
  /** The last push that was taken: what it brought is left out, so that nobody holds it. */
  readonly push: Omit<Push, "content">;
  /** Size of its snapshot; `undefined` where it brought none, or where that is freed. */
  readonly unpackedBytes: number | undefined;
  readonly counts: PushCounts;
  /** Time since that push. */
  readonly ageMs: number;
  /** Time since somebody last scraped it; `undefined` for never. */
  readonly sinceScrapeMs: number | undefined;
  /** Time between its last two scrapes; `undefined` before the second. */
  readonly scrapeIntervalMs: number | undefined;
  /** Its last hour, while it is known. */
  readonly history: () => TargetHistory;
}

/** A sender's clock further off than this is worth a word. */
const MAX_CLOCK_OFFSET_MS = 60_000;

/** Whether the sender's clock is wrong. Its data is served all the same. */
export function isClockOff({ clockAheadMs }: Pick<Push, "clockAheadMs">): boolean {
  return clockAheadMs !== undefined && Math.abs(clockAheadMs) > MAX_CLOCK_OFFSET_MS;
}
