// The pair whose source is this sender: its own metrics, piped like any other's.

import type { SenderConfig } from "./config.ts";
import type { Get } from "./http_source.ts";
import type { Pair } from "./pair.ts";

/** The sender's own metrics, as a registry tells them. */
export interface OwnMetrics {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** No URL that a config may hold. */
const OWN_URL = new URL("self:/metrics");

/** All pairs of a config, its `self` among them. */
export function pairsOf(
  { pairs, self }: Pick<SenderConfig, "pairs"> & Partial<Pick<SenderConfig, "self">>,
): readonly Pair[] {
  if (self === undefined) return pairs;
  const source = {
    url: OWN_URL,
    socketPath: undefined,
    headers: {},
    tls: undefined,
    filter: undefined,
  };
  return [...pairs, { ...self, source }];
}

/** A `Get` that answers for the sender itself, and asks for everything else. */
export function withOwn(get: Get, own: OwnMetrics): Get {
  return async (url, options) => {
    if (url.protocol !== OWN_URL.protocol) return await get(url, options);
    return {
      status: 200,
      contentType: own.contentType,
      contentEncoding: undefined,
      location: undefined,
      body: new TextEncoder().encode(await own.metrics()),
    };
  };
}
