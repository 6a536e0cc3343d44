// What a token may do with a target, however its pushes come: rights, owners, rates, room.

import type { Target } from "../protocol/mod.ts";
import type { Conflict } from "./conflicts.ts";
import type { PushObserver, PushStore } from "./push_handler.ts";
import type { RateLimiter } from "./rate.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Push } from "./push.ts";
import type { Client, TokenBook } from "./token_book.ts";

/** What the rules work with. */
export interface RulesDependencies {
  readonly tokens: Pick<TokenBook, "isGood">;
  /** Counts pushes by token. */
  readonly rate: RateLimiter;
  readonly conflicts: { seen(conflict: Conflict): void };
  readonly store: Pick<PushStore, "owner" | "write">;
  readonly observer: Pick<PushObserver, "pushed" | "conflicted">;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** A push whose target is its client's to write. */
export interface AllowedPush {
  readonly push: Push;
  readonly client: Client;
  /** When it began to arrive. */
  readonly startedMs: number;
}

/** The rules for all pushes. */
export interface PushRules {
  /** Why a target isn't for this client to write or delete, not now or not at all. */
  whyForeign(target: Target, client: Client): Refusal | undefined;
  /** Counts a push, and tells whether it is one too many. */
  tooManyPushes(client: Client): Refusal | undefined;
  /** Puts a push into the store, and tells of it. */
  store(target: Target, allowed: AllowedPush): { readonly ok: true } | Refusal;
}

/** Makes the rules. */
export function pushRules(dependencies: RulesDependencies): PushRules {
  const { tokens, rate, conflicts, store, observer, now } = dependencies;
  return {
    whyForeign(target, client) {
      if (!client.mayWrite(target)) {
        return refuse("forbidden", "this token may not write this path");
      }
      const owner = store.owner(target);
      // Nobody can go on with a token that is no longer good: what it had is free.
      if (owner === undefined || owner === client.name || !tokens.isGood(owner)) return undefined;
      conflicts.seen({ target, owner, token: client.name });
      observer.conflicted(owner, client.name);
      return refuse("conflict", "another token pushes this target");
    },

    tooManyPushes({ name, limits: { pushesPerMinute } }) {
      if (pushesPerMinute === Infinity) return undefined;
      const retryAfterS = rate.take(name, pushesPerMinute);
      if (retryAfterS === undefined) return undefined;
      const detail = `more than ${pushesPerMinute} pushes a minute by this token`;
      return { ...refuse("too_many_requests", detail), retryAfterS };
    },

    store(target, { push, client, startedMs }) {
      const written = store.write(target, push, { maxOwned: client.limits.maxTargets });
      if (!written.ok) return refuse("no_room", written.reason);
      const failed = written.result === "stored" && "cause" in push.content;
      const result = failed ? "source_failed" : written.result;
      observer.pushed({ result, push, tookMs: now() - startedMs });
      return { ok: true };
    },
  };
}
