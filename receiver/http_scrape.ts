// How a scrape is asked for over HTTP: what most targets need nothing of, read when it is needed.

import { TARGET_QUERY_PATH } from "./discovery.ts";
import { requestPath, requestQuery } from "./path.ts";
import type { ScrapeRequest } from "./snapshot.ts";

const SECONDS = /^\d{1,6}(\.\d{1,9})?$/;

/** A scrape as its request has it. */
export class HttpScrape implements ScrapeRequest {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get accept(): string {
    return this.#request.headers.get("accept") ?? "";
  }

  /** As Prometheus says it; anything else says nothing. */
  get timeoutMs(): number | undefined {
    const seconds = this.#request.headers.get("x-prometheus-scrape-timeout-seconds") ?? "";
    return SECONDS.test(seconds) && Number(seconds) > 0 ? Number(seconds) * 1000 : undefined;
  }

  /** Without what names the target, where that is in the query. */
  get params(): string {
    const query = requestQuery(this.#request);
    if (requestPath(this.#request) === TARGET_QUERY_PATH) {
      query.delete("job");
      query.delete("instance");
    }
    return query.toString();
  }
}
