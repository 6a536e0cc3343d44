// What the scrape listener reads: snapshots, and whoever can produce them.

import type { Cause, Target } from "../protocol/mod.ts";

/** How a body is packed. `identity` is not at all. */
export type Encoding = "identity" | "gzip" | "zstd";

/** What an exporter said, as it said it. The bytes are never changed. */
export interface Snapshot {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly encoding: Encoding;
  /** Size of the exposition once unpacked. */
  readonly unpackedBytes: number;
}

/** What is known of a target at the moment of a scrape. `reason` is one line. */
export type Reading =
  | { readonly state: "up"; readonly snapshot: Snapshot }
  | {
    readonly state: "source_failed";
    readonly cause: Cause;
    readonly reason: string;
    /** The scraper's own time was too short for it. */
    readonly isLate?: boolean;
  }
  | { readonly state: "silent"; readonly cause: Cause; readonly reason: string }
  | { readonly state: "unknown" }
  /** The scrape asks for what its target doesn't allow. */
  | { readonly state: "bad_request"; readonly reason: string };

/** How somebody scrapes. */
export interface ScrapeRequest {
  /** Aborts when the scraper goes away. */
  readonly signal: AbortSignal;
  /** Its `Accept`; empty where it sent none. */
  readonly accept: string;
  /** How long it will wait; `undefined` where it doesn't say. */
  readonly timeoutMs: number | undefined;
  /** What it asks the source, as a query string; empty for nothing. */
  readonly params: string;
}

/** Where the scrape listener gets its readings. Stores and live scrapes alike fit behind it. */
export interface SnapshotSource {
  /** Reads one target. Of one that was pushed, it is what it is, however somebody asks. */
  read(target: Target, request: ScrapeRequest): Reading | Promise<Reading>;
}
