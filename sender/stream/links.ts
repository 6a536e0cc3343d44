// The links of a sender: one for all pairs that reach one receiver in one way.

import type { Log } from "../log.ts";
import type { Destination } from "../pair.ts";
import type { Env } from "../proxy.ts";
import { tlsKey } from "../tls.ts";
import type { Timing } from "../timing.ts";
import { Link } from "./link.ts";
import { webSocketOpener } from "./web_socket.ts";

/** What links work with. */
export interface LinksOptions {
  readonly userAgent: string;
  /** For proxies. */
  readonly env: Env;
  readonly timing: Timing;
  readonly log: Log;
}

/** A config that is read again ends pairs before it begins others: they find the link still there. */
const LINGER_MS = 1_000;

/** Opened when they are first needed, and closed when they aren't any more. */
export class Links implements Disposable {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();
  readonly #stopping = new AbortController();

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /** The one to a destination's receiver. */
  linkFor(destination: Destination): Link {
    const { userAgent, env, timing, log } = this.#options;
    const { bearerToken, tls, url } = destination;
    const receiver = new URL("../..", url).href;
    const key = JSON.stringify([receiver, bearerToken, tlsKey(tls)]);
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new Link({
        openSocket: webSocketOpener(destination, { userAgent, env }),
        software: userAgent,
        timing,
        log,
        receiver,
        secret: bearerToken,
      });
      this.#links.set(key, link);
    }
    return link;
  }

  /** A channel of this link was closed: if it was the last one, the link goes, too. */
  async release(link: Link): Promise<void> {
    if (link.size > 0) return;
    try {
      await this.#options.timing.wait(LINGER_MS, this.#stopping.signal);
    } catch {
      return; // all links are closed by then
    }
    if (link.size > 0) return;
    link.stop();
    for (const [key, each] of this.#links) if (each === link) this.#links.delete(key);
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
    for (const link of this.#links.values()) link.stop();
  }
}
