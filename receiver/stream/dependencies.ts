// What the streams of a receiver work with, all of them alike.

import type { LiveSource } from "../live_source.ts";
import type { Log } from "../log.ts";
import type { PushObserver } from "../push_handler.ts";
import type { RulesDependencies } from "../push_rules.ts";
import type { PushLimits } from "../read_push.ts";
import type { MemoryStore } from "../store.ts";
import type { TokenBook } from "../token_book.ts";

/** The store, as far as streams need it. */
export type StreamStore = Pick<
  MemoryStore,
  "owner" | "write" | "noteRefusal" | "disconnect" | "answered"
>;

/** What became of streams and their pushes, for the receiver's own metrics. */
export interface StreamObserver extends PushObserver {
  /** A stream was closed, by this side with `code`, or else by the other or not at all well. */
  streamClosed(code: number | undefined): void;
}

/** What a stream shares with the others. */
export interface StreamDependencies extends Omit<RulesDependencies, "tokens" | "store"> {
  readonly tokens: Pick<TokenBook, "isGood" | "renew">;
  readonly store: StreamStore;
  readonly live: Pick<LiveSource, "attach" | "detach" | "forget">;
  readonly limits: PushLimits & { readonly maxTargets: number };
  readonly observer: StreamObserver;
  readonly log: Log;
  /** For people: `prompipe/1.0`. */
  readonly software: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
