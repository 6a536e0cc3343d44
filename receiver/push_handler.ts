// The push listener: who asks, may it, is what it sends whole, and one write.

import { oneLine, parseTargetPath, type Target, targetPath } from "../protocol/mod.ts";
import type { BodyBudget } from "./body_budget.ts";
import type { Conflict } from "./conflicts.ts";
import type { PushHandler, PushRequest } from "./listen.ts";
import type { Log } from "./log.ts";
import { requestPath } from "./path.ts";
import type { RateLimiter } from "./rate.ts";
import { makeGate } from "./gate.ts";
import { pushRules } from "./push_rules.ts";
import { type PushLimits, readPush } from "./read_push.ts";
import {
  type Refusal,
  type RefusalReason,
  refusalResponse,
  refuse,
  textResponse,
} from "./refusal.ts";
import { STREAM_PATH } from "./stream/connection.ts";
import type { Push, Sender } from "./push.ts";
import type { WriteOutcome } from "./store.ts";
import type { Strangers } from "./strangers.ts";
import type { Client, TokenBook } from "./token_book.ts";

/** The store, as far as a push needs it. */
export interface PushStore {
  /** The token whose push of the target is fresh. */
  owner(target: Target): string | undefined;
  write(target: Target, push: Push, limit: { readonly maxOwned: number }): WriteOutcome;
  noteRefusal(target: Target, refused: { token: string; detail: string }): void;
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
  /** Forgets a target, however it arrives. Returns whether it was known. */
  readonly forget: (target: Target) => boolean;
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
  const { store, forget, limits, bodies, observer, log, now, clock } = dependencies;
  const gate = makeGate(dependencies);
  const rules = pushRules(dependencies);

  return async function handle(request, address) {
    const path = requestPath(request);
    const { method } = request;
    if (path === "/healthz" && (method === "GET" || method === "HEAD")) {
      return textResponse(200, "ok");
    }
    const client = gate(request.headers.get("authorization"), {
      address,
      onExpired: (token) => method === "PUT" && noteExpired(path, token),
    });
    if (client instanceof Response) return client;

    const parsed = path === undefined ? invalidHost : parseTargetPath(path);
    if (parsed.kind === "invalid") {
      return refused(refuse("bad_name", parsed.reason));
    }
    if (path === STREAM_PATH) {
      const refusal = refuse("upgrade_required", "no upgrade to a WebSocket in the request");
      return refused(refusal, { Upgrade: "websocket" });
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
    const refusal = rules.tooManyPushes(client) ?? rules.whyForeign(target, client);
    if (method === "DELETE" && refusal === undefined) {
      if (forget(target)) {
        log.info("target deleted", { target: targetPath(target), token });
      }
      return new Response(null, { status: 204 });
    }
    const outcome = refusal ?? await put(request, target, {
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

  /** Whoever has the token is its sender: what it pushes goes silent for a reason. */
  function noteExpired(path: string | undefined, token: string): void {
    const parsed = parseTargetPath(path ?? "");
    if (parsed.kind !== "target") return;
    store.noteRefusal(parsed.target, { token, detail: "its token is expired" });
  }

  async function put(
    request: PushRequest,
    target: Target,
    { client, sender }: { readonly client: Client; readonly sender: Sender },
  ): Promise<{ ok: true } | Refusal> {
    const startedMs = now();
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
    const foreign = rules.whyForeign(target, client);
    if (foreign !== undefined) return foreign;
    return rules.store(target, { push: read.push, client, startedMs });
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
