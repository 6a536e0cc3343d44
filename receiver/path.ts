// The path of a request as it was sent.

import type { PushRequest } from "./listen.ts";

/** An origin, a path and a query. `URL` would resolve `..` and decode nothing: not for us. */
const URL_PARTS = /^[a-z]+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/;

/**
 * The path of a request, still percent-encoded. The runtime builds `request.url` from
 * the `Host` header, so a header with a slash in it would change the path: then
 * `undefined`.
 */
export function requestPath(request: Pick<PushRequest, "url" | "headers">): string | undefined {
  const host = request.headers.get("host");
  if (host !== null && /[/?#@\\]/.test(host)) return undefined;
  return URL_PARTS.exec(request.url)?.[1];
}

/** The query of a request, decoded. */
export function requestQuery(request: Request): URLSearchParams {
  return new URLSearchParams(URL_PARTS.exec(request.url)?.[2]);
}
