// The ways to destinations: one for all that want the same of TLS.

import { type KeptFetch, openConnections } from "./connections.ts";
import type { Fetch } from "./delivery.ts";
import type { Tls } from "./pair.ts";
import { clientOptions, tlsKey } from "./tls.ts";
import { createTlsFetch } from "./tls_fetch.ts";

/** Opened when they are first needed. */
export class Transports implements Disposable {
  readonly #opened = new Map<string, KeptFetch>();

  /** The one for these settings. */
  fetchFor(tls: Tls | undefined): Fetch {
    const key = tlsKey(tls);
    let opened = this.#opened.get(key);
    if (opened === undefined) this.#opened.set(key, opened = open(tls));
    return opened;
  }

  /** Closes those that no destination asks for any more. */
  closeUnused(tls: readonly (Tls | undefined)[]): void {
    const used = new Set(tls.map(tlsKey));
    for (const [key, opened] of this.#opened) {
      if (used.has(key)) continue;
      opened[Symbol.dispose]();
      this.#opened.delete(key);
    }
  }

  /** Closes the connections that wait for their next use. */
  closeIdle(): void {
    for (const opened of this.#opened.values()) opened.closeIdle();
  }

  [Symbol.dispose](): void {
    for (const opened of this.#opened.values()) opened[Symbol.dispose]();
  }
}

function open(tls: Tls | undefined): KeptFetch {
  const options = clientOptions(tls);
  if (tls !== undefined && options === undefined) return createTlsFetch(tls);
  return openConnections(options);
}
