// The push listener: who asks, may it, is what it sends whole, and one write.

import { oneLine, parseTargetPath, type Target, targetPath } from "../protocol/mod.ts";
import type { BodyBudget } from "./body_budget.ts";
import type { Conflict } from "./conflicts.ts";
import type { PushHandler, PushRequest } from "./listen.ts";
import type { Log } from "./log.ts";
import { requestPath } from "./path.ts";
import type { RateLimiter } from "./rate.ts";
import { type PushLimits, readPush } from "./read_push.ts";
import {
  type Refusal,
  type RefusalReason,
  refusalResponse,
  refuse,
  textResponse,
} from "./refusal.ts";
import type { Push, Sender, WriteOutcome } from "./store.ts";
import type { Strangers } from "./strangers.ts";
import type { Client, TokenBook } from "./token_book.ts";

/** The store, as far as a push needs it. */
export interface PushStore {
  /** The token whose push of the target is fresh. */
  owner(target: Target): string | undefined;
  write(target: Target, push: Push, limit: { readonly maxOwned: number }): WriteOutcome;
  noteRefusal(target: Target, refused: { token: string; detail: string }): void;
  delete(target: Target): boolean;
}

/** What a push that was taken turned out to be. */
export type PushResult = "stored" | "source_failed" | "outdated";

/** A push that was taken. */
export interface TakenPush {
  readonly result: PushResult;
  readonly push: Push;
  /** From its first header to its place in the store. */
  readonly tookMs: number;
}

/** What became of pushes, for the receiver's own metrics. */
export interface PushObserver {
  pushed(taken: TakenPush): void;
  /** A request was refused. */
  refused(reason: RefusalReason): void;
  /** A token wanted a target that belongs to another one just now. */
  conflicted(owner: string, token: string): void;
}

/** What the handler works with. */
export interface PushDependencies {
  readonly tokens: Pick<TokenBook, "authenticate" | "isGood">;
  readonly strangers: Strangers;
  /** Counts pushes by token. */
  readonly rate: RateLimiter;
  readonly conflicts: { seen(conflict: Conflict): void };
  readonly store: PushStore;
  readonly limits: PushLimits;
  readonly bodies: BodyBudget;
  readonly observer: PushObserver;
  readonly log: Log;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Answers the requests of the public listener. `address` is where a request came from. */
export function pushHandler(
  dependencies: PushDependencies,
): PushHandler {
  const { tokens, strangers, rate, conflicts, store, limits, bodies } = dependencies;
  const { observer, log, now, clock } = dependencies;

  return async function handle(request, address) {
    const path = requestPath(request);
    const { method } = request;
    if (path === "/healthz" && (method === "GET" || method === "HEAD")) {
      return textResponse(200, "ok");
    }
    const authorization = request.headers.get("authorization");
    const presented = tokens.authenticate(authorization);
    const client = presented?.client;
    if (client === undefined) {
      if (presented !== undefined && method === "PUT") noteExpired(path, presented.name);
      return unauthorized(authorization, address);
    }

    const parsed = path === undefined ? invalidHost : parseTargetPath(path);
    if (parsed.kind === "invalid") {
      return refused(refuse("bad_name", parsed.reason));
    }
    if (parsed.kind === "other") {
      return path === "/healthz"
        ? refused(refuse("method_not_allowed", "use GET"), { Allow: "GET, HEAD" })
        : refused(refuse("not_found", "no such path: use /metrics/{job}/{instance}"));
    }
    const { target } = parsed;
    if (method !== "PUT" && method !== "DELETE") {
      const allow = { Allow: "PUT, DELETE" };
      return refused(refuse("method_not_allowed", "use PUT or DELETE"), allow);
    }
    const token = client.name;
    const foreign = whyForeign(target, client);
    if (method === "DELETE" && foreign === undefined) {
      if (store.delete(target)) {
        log.info("target deleted", { target: targetPath(target), token });
      }
      return new Response(null, { status: 204 });
    }
    const outcome = foreign ?? tooManyPushes(client) ?? await put(request, target, {
      client,
      sender: { token, address, userAgent: oneLine(request.headers.get("user-agent") ?? "") },
    });
    if (outcome.ok) {
      log.debug("push taken", () => ({ target: targetPath(target), token }));
      return new Response(null, { status: 204 });
    }
    const { reason, detail } = outcome;
    if (method === "PUT") store.noteRefusal(target, { token, detail });
    log.debug("push refused", () => ({ target: targetPath(target), token, reason, detail }));
    return refused(outcome);
  };

  /** Why a target isn't for this client to write or delete, not now or not at all. */
  function whyForeign(target: Target, client: Client): Refusal | undefined {
    if (!client.mayWrite(target)) return refuse("forbidden", "this token may not write this path");
    const owner = store.owner(target);
    // Nobody can go on with a token that is no longer good: what it had is free.
    if (owner === undefined || owner === client.name || !tokens.isGood(owner)) return undefined;
    conflicts.seen({ target, owner, token: client.name });
    observer.conflicted(owner, client.name);
    return refuse("conflict", "another token pushes this target");
  }

  /** Whoever has the token is its sender: what it pushes goes silent for a reason. */
  function noteExpired(path: string | undefined, token: string): void {
    const parsed = parseTargetPath(path ?? "");
    if (parsed.kind !== "target") return;
    store.noteRefusal(parsed.target, { token, detail: "its token is expired" });
  }

  /** Counts a push, and tells whether it is one too many. */
  function tooManyPushes({ name, limits: { pushesPerMinute } }: Client): Refusal | undefined {
    if (pushesPerMinute === Infinity) return undefined;
    const retryAfterS = rate.take(name, pushesPerMinute);
    if (retryAfterS === undefined) return undefined;
    const detail = `more than ${pushesPerMinute} pushes a minute by this token`;
    return { ...refuse("too_many_requests", detail), retryAfterS };
  }

  async function put(
    request: PushRequest,
    target: Target,
    { client, sender }: { readonly client: Client; readonly sender: Sender },
  ): Promise<{ ok: true } | Refusal> {
    const startedMs = now();
    const { maxTargets: maxOwned } = client.limits;
    const maxBodyBytes = Math.min(client.limits.maxBodyBytes, limits.maxBodyBytes);
    using share = bodies.open(client.name);
    const read = await readPush(request, {
      limits: { ...limits, maxBodyBytes },
      share,
      sender,
      clock,
    });
    if (!read.ok) return read;
    // While the body came, another token may have been first.
    const foreign = whyForeign(target, client);
    if (foreign !== undefined) return foreign;
    const { push } = read;
    const written = store.write(target, push, { maxOwned });
    if (!written.ok) return refuse("no_room", written.reason);
    const failed = written.result === "stored" && "cause" in push.content;
    const result = failed ? "source_failed" : written.result;
    observer.pushed({ result, push, tookMs: now() - startedMs });
    return { ok: true };
  }

  function unauthorized(
    authorization: string | null,
    address: string,
  ): Response {
    const challenge = { "WWW-Authenticate": "Bearer" };
    const retryAfterS = strangers.count(address, authorization);
    if (retryAfterS !== undefined) {
      const what = authorization === null ? "requests without a token" : "wrong tokens";
      const refusal = refuse("too_many_requests", `too many ${what}`);
      return refused({ ...refusal, retryAfterS }, challenge);
    }
    // The internet asks without one all day; a token that fails is somebody's sender.
    const reason = authorization === null ? "no_token" : "unauthorized";
    const what = authorization === null
      ? "no bearer token in the request"
      : "a good bearer token is needed";
    return refused(refuse(reason, what), challenge);
  }

  function refused(
    refusal: Refusal,
    headers?: Record<string, string>,
  ): Response {
    observer.refused(refusal.reason);
    return refusalResponse(refusal, headers);
  }
}

const invalidHost = { kind: "invalid", reason: "Host is not a host" } as const;
