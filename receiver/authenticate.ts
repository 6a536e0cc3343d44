// Who is asking: bearer tokens (RFC 6750), compared in constant time.

import { createHash, timingSafeEqual } from "node:crypto";

/** A sender that showed a good token. */
export interface Client {
  /** The token's name, never the token. */
  readonly name: string;
}

/** Tells whose token an `Authorization` header holds; `undefined` for nobody's. */
export type Authenticate = (authorization: string | null) => Client | undefined;

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** One token that may write everything. */
export function singleToken(
  token: string,
  name = "BEARER_TOKEN",
): Authenticate {
  const client = { name };
  const expected = sha256(token);
  return (authorization) => {
    const presented = BEARER.exec(authorization ?? "")?.[1];
    if (presented === undefined) return undefined;
    // Digests are equally long, and a near miss takes as long as a far one.
    return timingSafeEqual(sha256(presented), expected) ? client : undefined;
  };
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
