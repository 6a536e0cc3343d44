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
  }
  | { readonly state: "silent"; readonly cause: Cause; readonly reason: string }
  | { readonly state: "unknown" };

/** Where the scrape listener gets its readings. Stores and live scrapes alike fit behind it. */
export interface SnapshotSource {
  /** Reads one target; `signal` aborts when the scraper goes away. */
  read(target: Target, signal: AbortSignal): Reading | Promise<Reading>;
}
