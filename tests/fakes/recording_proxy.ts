// An HTTP proxy for GETs that remembers who asked how, and every byte of the answers.

import { gunzipSync } from "node:zlib";
import { createGet } from "../../sender/http_source.ts";

/** One request with its answer. */
export interface Recorded {
  readonly headers: Headers;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** Unpacked. */
  readonly body: Uint8Array;
}

const MAX_BODY_BYTES = 64 * 2 ** 20;
const ASKED_FOR = [
  "accept",
  "accept-encoding",
  "user-agent",
  "x-prometheus-scrape-timeout-seconds",
];

/** In front of one upstream, `host:port`. What it answers is what the upstream answered. */
export class RecordingProxy implements AsyncDisposable {
  readonly recorded: Recorded[] = [];
  readonly #get = createGet();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(upstream: string) {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#pass(request, upstream));
  }

  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  get url(): string {
    return `http://${this.address}/metrics`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.#get[Symbol.dispose]();
  }

  async #pass(request: Request, upstream: string): Promise<Response> {
    const url = new URL(request.url);
    url.host = upstream;
    const headers = Object.fromEntries(
      [...request.headers].filter(([name]) => ASKED_FOR.includes(name)),
    );
    const answer = await this.#get(url, {
      headers,
      signal: request.signal,
      maxBodyBytes: MAX_BODY_BYTES,
    });
    const { status, contentType, contentEncoding, body } = answer;
    this.recorded.push({
      headers: request.headers,
      ...{ status, contentType, contentEncoding },
      body: contentEncoding === "gzip" ? new Uint8Array(gunzipSync(body)) : body,
    });
    return new Response(body, {
      status,
      headers: {
        ...contentType !== undefined && { "Content-Type": contentType },
        ...contentEncoding !== undefined && { "Content-Encoding": contentEncoding },
      },
    });
  }
}
