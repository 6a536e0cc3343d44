// A receiver that remembers when it was pushed to, and keeps nothing else.

interface Options {
  readonly hostname?: string;
  /** 0 picks one. */
  readonly port?: number;
  /** With a certificate and its key, in PEM, it speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export class FakeReceiver implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #pushesMs = new Map<string, number[]>();
  readonly #origin: string;
  /** Answers in its place while it is set; what it answers is not remembered. */
  respond: ((request: Request) => Response | Promise<Response>) | undefined;

  constructor({ hostname = "127.0.0.1", port = 0, tls }: Options = {}) {
    const { signal } = this.#stop;
    const options = { hostname, port, signal, onListen: () => {}, ...tls };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    this.#origin = `${tls ? "https" : "http"}://${host}:${this.#server.addr.port}`;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  destination(path: string): string {
    return this.#origin + path;
  }

  /** When each whole push to the path was taken, on the clock of `performance.now()`. */
  pushesMs(path: string): readonly number[] {
    return this.#pushesMs.get(path) ?? [];
  }

  /** Cuts off what is under way, as a crash does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }

  async #answer(request: Request): Promise<Response> {
    if (this.respond !== undefined) return await this.respond(request);
    try {
      await request.bytes();
    } catch {
      return new Response(null, { status: 400 });
    }
    const { pathname } = new URL(request.url);
    const times = this.#pushesMs.get(pathname) ?? [];
    times.push(performance.now());
    this.#pushesMs.set(pathname, times);
    return new Response(null, { status: 204 });
  }
}
