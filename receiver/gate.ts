// Who may come in at the push listener: whoever shows a good token.

import type { PushObserver } from "./push_handler.ts";
import { type Refusal, refusalResponse, refuse } from "./refusal.ts";
import type { Strangers } from "./strangers.ts";
import type { Client, TokenBook } from "./token_book.ts";

/** What the gate works with. */
export interface GateDependencies {
  readonly tokens: Pick<TokenBook, "authenticate">;
  readonly strangers: Strangers;
  readonly observer: Pick<PushObserver, "refused">;
}

/** Who wants to come in. */
export interface Visitor {
  readonly address: string;
  /** Told the name of a token whose time is over. */
  readonly onExpired?: (token: string) => void;
}

/** Whose token an `Authorization` header holds, or the answer for somebody without a good one. */
export type Gate = (authorization: string | null, visitor: Visitor) => Client | Response;

/** Makes the gate that pushes and streams come through. */
export function makeGate({ tokens, strangers, observer }: GateDependencies): Gate {
  return (authorization, { address, onExpired }) => {
    const presented = tokens.authenticate(authorization);
    if (presented?.client !== undefined) return presented.client;
    if (presented !== undefined) onExpired?.(presented.name);
    const refusal = whyNot(authorization, address);
    observer.refused(refusal.reason);
    return refusalResponse(refusal, { "WWW-Authenticate": "Bearer" });
  };

  function whyNot(authorization: string | null, address: string): Refusal {
    const retryAfterS = strangers.count(address, authorization);
    if (retryAfterS !== undefined) {
      const what = authorization === null ? "requests without a token" : "wrong tokens";
      return { ...refuse("too_many_requests", `too many ${what}`), retryAfterS };
    }
    // The internet asks without one all day; a token that fails is somebody's sender.
    return authorization === null
      ? refuse("no_token", "no bearer token in the request")
      : refuse("unauthorized", "a good bearer token is needed");
  }
}
