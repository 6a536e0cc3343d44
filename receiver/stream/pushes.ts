// What is pushed on a stream, once it is whole: stored, or refused as a PUT would be.

import type { SourceFailure } from "../../protocol/mod.ts";
import type { FailureFrame, SnapshotFrame } from "../../protocol/stream/mod.ts";
import type { Sender } from "../push.ts";
import type { PushRules } from "../push_rules.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Client } from "../token_book.ts";
import type { Channel } from "./channels.ts";
import type { ChannelSaid } from "./read_target.ts";

/** What pushes work with. */
export interface PushesOptions {
  readonly rules: PushRules;
  readonly sender: Sender;
  readonly client: () => Client;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What arrived. */
export interface ArrivedPush {
  readonly frame: SnapshotFrame | FailureFrame;
  readonly content: Snapshot | SourceFailure;
  readonly startedMs: number;
  /** On the wire. */
  readonly messageBytes: number;
}

const ON_DEMAND = refuse("bad_header", "the target is on demand: nothing is pushed of it");

/** Snapshots and failures of one stream. */
export class Pushes {
  readonly #options: PushesOptions;

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** Why nothing may come on the channel now. Counts as a push. */
  whyNot(channel: Channel): Refusal | undefined {
    const { rules, client } = this.#options;
    return rules.tooManyPushes(client()) ?? this.whyForeign(channel);
  }

  /** Why the channel is not one to push on; while a body arrives that may change. */
  whyForeign({ refusal, said }: Channel): Refusal | undefined {
    if (refusal !== undefined || said === undefined) return refusal;
    if (said.mode === "on_demand") return ON_DEMAND;
    return this.#options.rules.whyForeign(said.target, this.#options.client());
  }

  /** Returns why it is not stored. */
  store(
    { target, ttlMs, intervalMs, labels }: ChannelSaid,
    { frame, content, startedMs, messageBytes: sentBytes }: ArrivedPush,
  ): Refusal | undefined {
    const { rules, sender, client, clock } = this.#options;
    const scrapedAtMs = frame.scrapedAtMs === 0 ? undefined : frame.scrapedAtMs;
    const clockAheadMs = scrapedAtMs === undefined ? undefined : scrapedAtMs - clock();
    const stored = rules.store(target, {
      push: {
        ...{ arrival: "stream", content, ttlMs, scrapedAtMs, clockAheadMs, intervalMs },
        ...{ labels, sender, sentBytes },
      },
      client: client(),
      startedMs,
    });
    return stored.ok ? undefined : stored;
  }
}
