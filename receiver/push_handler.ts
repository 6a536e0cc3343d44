// The push listener: who asks, may it, is what it sends whole, and one write.

import { oneLine, parseTargetPath, type Target, targetPath } from "../protocol/mod.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Log } from "./log.ts";
import { requestPath } from "./path.ts";
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

/** The store, as far as a push needs it. */
export interface PushStore {
  write(target: Target, push: Push): WriteOutcome;
  noteRefusal(target: Target, reason: string): void;
  delete(target: Target): boolean;
}

/** What a push that was taken turned out to be. */
export type PushResult = "stored" | "source_failed" | "outdated";

/** What became of pushes, for the receiver's own metrics. */
export interface PushObserver {
  /** A push was taken. `bodyBytes` as sent. */
  pushed(result: PushResult, bodyBytes: number): void;
  /** A request was refused. */
  refused(reason: RefusalReason): void;
}

/** What the handler works with. */
export interface PushDependencies {
  readonly authenticate: Authenticate;
  readonly strangers: Strangers;
  readonly store: PushStore;
  readonly limits: PushLimits;
  readonly observer: PushObserver;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Answers the requests of the public listener. `address` is where a request came from. */
export function pushHandler(
  dependencies: PushDependencies,
): (request: Request, address: string) => Promise<Response> {
  const { authenticate, strangers, store, limits, observer, log, clock } = dependencies;

  return async function handle(request, address) {
    const path = requestPath(request);
    const { method } = request;
    if (path === "/healthz" && (method === "GET" || method === "HEAD")) {
      return textResponse(200, "ok");
    }
    const authorization = request.headers.get("authorization");
    const client = authenticate(authorization);
    if (client === undefined) return unauthorized(authorization, address);

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
    if (method === "DELETE") {
      if (store.delete(target)) {
        log.info("target deleted", { target: targetPath(target), token: client.name });
      }
      return new Response(null, { status: 204 });
    }
    if (method !== "PUT") {
      const allow = { Allow: "PUT, DELETE" };
      return refused(refuse("method_not_allowed", "use PUT or DELETE"), allow);
    }
    const token = client.name;
    const userAgent = oneLine(request.headers.get("user-agent") ?? "");
    const outcome = await put(request, target, { token, address, userAgent });
    if (outcome.ok) {
      log.debug("push taken", () => ({ target: targetPath(target), token }));
      return new Response(null, { status: 204 });
    }
    store.noteRefusal(target, outcome.detail);
    const { reason, detail } = outcome;
    log.debug("push refused", () => ({ target: targetPath(target), token, reason, detail }));
    return refused(outcome);
  };

  async function put(
    request: Request,
    target: Target,
    sender: Sender,
  ): Promise<{ ok: true } | Refusal> {
    const read = await readPush(request, { limits, sender, clock });
    if (!read.ok) return read;
    const { push } = read;
    const written = store.write(target, push);
    if (!written.ok) return refuse("no_room", written.reason);
    const failed = written.result === "stored" && "cause" in push.content;
    observer.pushed(failed ? "source_failed" : written.result, push.sentBytes);
    return { ok: true };
  }

  function unauthorized(
    authorization: string | null,
    address: string,
  ): Response {
    const challenge = { "WWW-Authenticate": "Bearer" };
    const retryAfter = strangers.count(address, authorization);
    if (retryAfter !== undefined) {
      const what = authorization === null ? "requests without a token" : "wrong tokens";
      const refusal = refuse("too_many_requests", `too many ${what}`);
      return refused(refusal, { ...challenge, "Retry-After": String(retryAfter) });
    }
    return refused(refuse("unauthorized", "a good bearer token is needed"), challenge);
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
