// Who can stand in the place of prompipe's receiver: takes a body and gives it back.

import type { Body } from "../bodies.ts";
import type { Exchange } from "../wrk.ts";

export type Encoding = "plain" | "gzip";

export interface Peer extends AsyncDisposable {
  readonly name: string;
  /** All its processes. */
  readonly pids: readonly number[];
  /** Undefined: it can't be done. */
  put(body: Body, encoding: Encoding): Exchange | undefined;
  /** Of what `put` of the same encoding brought. */
  get(encoding: Encoding): Exchange | undefined;
}

/** What is in the body of a request. */
export function packed(body: Body, encoding: Encoding): Uint8Array<ArrayBuffer> {
  return encoding === "gzip" ? body.gzip : body.plain;
}

/** What such a body needs to be said of it. */
export function packedHeaders(encoding: Encoding): Record<string, string> {
  return encoding === "gzip" ? { "Content-Encoding": "gzip" } : {};
}

/** What asks for it. */
export function acceptHeaders(encoding: Encoding): Record<string, string> {
  return encoding === "gzip" ? { "Accept-Encoding": "gzip" } : {};
}
