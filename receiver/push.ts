// A push: what a sender said of a target, and who it was.

import type { Labels, SourceFailure, Target } from "../protocol/mod.ts";
import type { Snapshot } from "./snapshot.ts";

/** Who pushed: what an operator needs to find the machine. */
export interface Sender {
  /** The name of its token, never the token. */
  readonly token: string;
  /** IP address. */
  readonly address: string;
  /** Its `User-Agent`, in one line; empty where it sent none. */
  readonly userAgent: string;
}

/** How a target's snapshots get here. */
export type Arrival = "put" | "stream" | "on_demand";

/** Stands where a snapshot would be: the source is asked when somebody scrapes. */
export interface LiveContent {
  /** Size of what it said last, unpacked; `undefined` before. */
  readonly lastBytes?: number | undefined;
}

/** One push: a snapshot, or why there is none. */
export interface Push {
  readonly arrival: Arrival;
  readonly content: Snapshot | SourceFailure | LiveContent;
  readonly ttlMs: number;
  /** When the source answered, by the sender's clock; `undefined` where it didn't say. */
  readonly scrapedAtMs: number | undefined;
  /** How far the sender's clock was before this machine's, the way included. */
  readonly clockAheadMs: number | undefined;
  /** How long until the next push; `undefined` where the sender didn't say. */
  readonly intervalMs: number | undefined;
  /** What the sender declares of the target, for discovery. */
  readonly labels: Labels;
  readonly sender: Sender;
  /** What it took to send it: of the body, or of a stream's messages. */
  readonly sentBytes: number;
}

/** A target's last push, to be kept beyond the life of the process. */
export interface StoredPush {
  readonly target: Target;
  readonly push: Push;
  /** By the store's clock. */
  readonly receivedAtMs: number;
}
