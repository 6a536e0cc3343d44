// A `fetch` whose answers the test decides, and which remembers what was sent.

import type { Fetch } from "../../sender/delivery.ts";

/** One request, with its headers in order of their names. */
export interface Sent {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly redirect: string | undefined;
  readonly signal: AbortSignal | null | undefined;
}

/** Answers with what `respond` returns, or rejects with what it throws. */
export class FakeFetch {
  readonly sent: Sent[] = [];
  readonly #respond: (url: URL, init: RequestInit) => Response | Promise<Response>;

  constructor(respond: (url: URL, init: RequestInit) => Response | Promise<Response>) {
    this.#respond = respond;
  }

  readonly fetch: Fetch = async (url, init) => {
    this.sent.push({
      url: url.href,
      method: init.method,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body as Uint8Array,
      redirect: init.redirect,
      signal: init.signal,
    });
    return await this.#respond(url, init);
  };
}
