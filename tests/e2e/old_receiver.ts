// A receiver that knows no streams: it takes pushes by PUT, and answers all else as it is told.

import { assertEquals } from "@std/assert";

/** What it answers to a request for a stream. */
export type NoStream = () => Response;

export class OldReceiver implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #noStream: NoStream;
  readonly token: string;
  /** Requests for a stream. */
  asked = 0;
  /** What was pushed, in its order. */
  readonly pushed: string[] = [];

  constructor(token: string, noStream: NoStream) {
    this.token = token;
    this.#noStream = noStream;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method !== "PUT") {
      assertEquals([request.method, pathname], ["GET", "/stream"]);
      this.asked++;
      return this.#noStream();
    }
    if (request.headers.get("authorization") !== `Bearer ${this.token}`) {
      return new Response(null, { status: 401 });
    }
    const unpacked = request.headers.get("content-encoding") === "gzip"
      ? request.body!.pipeThrough(new DecompressionStream("gzip"))
      : request.body;
    this.pushed.push(await new Response(unpacked).text());
    return new Response(null, { status: 204 });
  }
}
