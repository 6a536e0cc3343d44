// Both handlers around a real store, with a clock that the test moves.

import { parseTargetPath, type Target } from "../../protocol/mod.ts";
import { BodyBudget } from "../../receiver/body_budget.ts";
import { Conflicts } from "../../receiver/conflicts.ts";
import { pushHandler, type PushResult } from "../../receiver/push_handler.ts";
import { RateLimiter } from "../../receiver/rate.ts";
import type { PushLimits } from "../../receiver/read_push.ts";
import type { RefusalReason } from "../../receiver/refusal.ts";
import type { Reading } from "../../receiver/snapshot.ts";
import { MemoryStore, type StoreLimits } from "../../receiver/store.ts";
import { Strangers } from "../../receiver/strangers.ts";
import { bearerToken, TokenBook, type TokenEntry } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

type Limits = PushLimits & StoreLimits;

/** One request; without `authorization` it shows the good token. */
export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  /** `null` for none. */
  readonly authorization?: string | null;
  readonly address?: string;
}

const LIMITS: Limits = {
  maxBodyBytes: 1_000,
  maxUnpackedBytes: 5_000,
  // No test waits for it: it only has to be far.
  bodyTimeoutMs: 60_000,
  defaultTtlMs: 10_000,
  maxTargets: 10,
  maxMemoryBytes: 10_000,
  forgetAfterMs: 60_000,
};

export class PushRoom {
  nowMs = 1_000;
  readonly token = randomSecret();
  readonly log = new RecordedLog();
  readonly refused: RefusalReason[] = [];
  readonly pushed: (readonly [result: PushResult, bodyBytes: number])[] = [];
  readonly conflicts: (readonly [owner: string, token: string])[] = [];
  readonly tokens: TokenBook;
  readonly store: MemoryStore;
  readonly bodies = new BodyBudget(() => {});
  readonly #handle: (request: Request, address: string) => Promise<Response>;

  /** Beside its own token, which may write everything, it knows `entries`. */
  constructor(limits: Partial<Limits> = {}, entries: readonly TokenEntry[] = []) {
    const all = { ...LIMITS, ...limits };
    const now = () => this.nowMs;
    this.store = new MemoryStore(all, { now });
    this.tokens = new TokenBook([bearerToken(this.token), ...entries], {
      clock: now,
      expired: (token) => this.log.warn("token expired", { token }),
    });
    this.#handle = pushHandler({
      tokens: this.tokens,
      strangers: new Strangers(now),
      rate: new RateLimiter(now),
      conflicts: new Conflicts(this.log, now),
      store: this.store,
      forget: (target) => this.store.delete(target),
      limits: all,
      bodies: this.bodies,
      observer: {
        pushed: ({ result, push }) => this.pushed.push([result, push.sentBytes]),
        refused: (reason) => this.refused.push(reason),
        conflicted: (owner, token) => this.conflicts.push([owner, token]),
      },
      log: this.log,
      now,
      clock: () => this.nowMs,
    });
  }

  ask(
    { method = "PUT", path = "/metrics/a/b", headers, body, authorization, address = "::1" }: Ask,
  ): Promise<Response> {
    const all = new Headers(headers);
    if (authorization !== null) all.set("Authorization", authorization ?? `Bearer ${this.token}`);
    return this.#handle(rawRequest(path, { method, headers: all, body }), address);
  }

  /** What a scraper of the path would read now. */
  read(path = "/metrics/a/b"): Reading {
    return this.store.read(target(path));
  }
}

/** The target of a path that names one. */
export function target(path: string): Target {
  const parsed = parseTargetPath(path);
  if (parsed.kind !== "target") throw new Error(`${path} names no target`);
  return parsed.target;
}
