// A receiver of streams and of PUTs that does what a test says, on a port of its own.

import { gunzipSync } from "node:zlib";
import { CLOSE, SUBPROTOCOL } from "../../protocol/stream/mod.ts";
import { type Arrived, StreamEnd, type StreamEndOptions } from "./stream_end.ts";

/** What a test may decide. */
export interface StreamReceiverOptions extends StreamEndOptions {
  /** What to answer to an upgrade in its place. */
  readonly refuse?: ((request: Request) => Response | undefined) | undefined;
}

/** The listener. */
export class StreamReceiver implements AsyncDisposable {
  readonly streams: StreamEnd[] = [];
  /** What came for a stream; a request is gone once it is answered. */
  readonly upgrades: { readonly path: string; readonly headers: Headers }[] = [];
  readonly puts: { readonly path: string; readonly body: Uint8Array }[] = [];
  /** May be changed at any time. */
  options: StreamReceiverOptions;
  readonly #open = new Set<WebSocket>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    options: StreamReceiverOptions = {},
    tls: { cert: string; key: string } | object = {},
  ) {
    this.options = options;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls },
      (request) => this.#handle(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Of all streams, in the order of the streams. */
  get bodies(): Arrived[] {
    return this.streams.flatMap(({ bodies }) => bodies);
  }

  /** Where a sender streams to. */
  destination(path: string): string {
    return `ws://127.0.0.1:${this.port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.close(CLOSE.going);
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      const body = await request.bytes();
      const isGzip = request.headers.get("content-encoding") === "gzip";
      this.puts.push({ path: pathname, body: isGzip ? gunzipSync(body) : body });
      return new Response(null, { status: 204 });
    }
    this.upgrades.push({ path: pathname, headers: new Headers(request.headers) });
    const refusal = this.options.refuse?.(request);
    if (refusal !== undefined) return refusal;
    if (pathname !== "/stream") return new Response("not found", { status: 404 });
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: SUBPROTOCOL });
    this.#serve(socket);
    return response;
  }

  #serve(socket: WebSocket): void {
    const stream = new StreamEnd(this.options, {
      write: (message) => socket.send(message),
      close: (code, reason) => socket.close(code, reason),
    });
    this.#open.add(socket);
    this.streams.push(stream);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => stream.message(new Uint8Array(data));
    socket.onclose = ({ code }) => {
      stream.closeCode = code;
      this.#open.delete(socket);
    };
    socket.onerror = (event) => event.preventDefault();
  }
}
