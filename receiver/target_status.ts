// One target as an operator sees it: on the page, in the API and in the metrics.

import type { Cause, Target } from "../protocol/mod.ts";
import type { Reading } from "./snapshot.ts";
import type { Push } from "./store.ts";

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
  readonly state: Exclude<Reading["state"], "unknown">;
  /** Why it is down: what a scraper is told. `undefined` for one that is up. */
  readonly down: { readonly cause: Cause; readonly reason: string } | undefined;
  /** The last push that was taken. */
  readonly push: Push;
  readonly counts: PushCounts;
  /** Time since that push. */
  readonly ageMs: number;
  /** Time since somebody last scraped it; `undefined` for never. */
  readonly sinceScrapeMs: number | undefined;
}
