// The connections to receivers: kept open between pushes, and given up where they may be
// dead, so that the next attempt asks DNS again and starts anew.
//
// This is HTTP/1.1 even where a receiver's ingress speaks HTTP/2: a request that is given
// up closes its connection there, while one of many streams would leave a dead connection
// in use for as long as TCP believes in it, a quarter of an hour.

import type { Fetch } from "./delivery.ts";

/** Longer than what stands before a receiver keeps an idle connection is of no use. */
const MAX_IDLE_MS = 55_000;

/** A `fetch` with connections of its own, which are kept between calls. */
export interface KeptFetch extends Fetch, Disposable {
  /** Closes those that wait for their next use. */
  closeIdle(): void;
}

/** A `fetch` with connections of its own; `options` say what TLS needs. */
export function openConnections(options: Deno.CreateHttpClientOptions = {}): KeptFetch {
  const create = () =>
    Deno.createHttpClient({ ...options, http2: false, poolIdleTimeout: MAX_IDLE_MS });
  let client = create();

  async function fetchFresh(url: URL, init: RequestInit): Promise<Response> {
    const used = client;
    try {
      return await fetch(url, { ...init, client: used });
    } catch (error) {
      // No answer in time: others that are idle may have died the same death.
      if (init.signal?.aborted && client === used) closeIdle();
      throw error;
    }
  }

  function closeIdle(): void {
    const used = client;
    client = create();
    used.close();
  }
  return Object.assign(fetchFresh, { closeIdle, [Symbol.dispose]: () => client.close() });
}
