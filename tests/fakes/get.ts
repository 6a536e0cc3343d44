// A `Get` whose answers the test decides, and which remembers what was asked.

import type { Get, GetOptions, RawResponse } from "../../sender/http_source.ts";

/** A whole answer; what matters to a test is overridden. */
export function rawResponse(overrides: Partial<RawResponse> = {}): RawResponse {
  return {
    status: 200,
    contentType: "text/plain; version=0.0.4",
    contentEncoding: undefined,
    location: undefined,
    body: new TextEncoder().encode("up 1\n"),
    ...overrides,
  };
}

/** Asked for a URL, answers with what `respond` returns or rejects with what it throws. */
export class FakeGet {
  readonly asked: { readonly url: string; readonly options: GetOptions }[] = [];
  readonly #respond: (url: URL, options: GetOptions) => RawResponse | Promise<RawResponse>;

  constructor(respond: (url: URL, options: GetOptions) => RawResponse | Promise<RawResponse>) {
    this.#respond = respond;
  }

  readonly get: Get = async (url, options) => {
    this.asked.push({ url: url.href, options });
    return await this.#respond(url, options);
  };
}

/** Rejects as soon as the signal aborts, with its reason, as a request under way does. */
export function hang(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
