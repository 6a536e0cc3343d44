// An exporter whose answers the test decides, on a real port of its own.

export type Behaviour =
  | {
    readonly kind: "answer";
    readonly respond: (request: Request) => Response;
  }
  | { readonly kind: "hang" };

export class FakeExporter implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();
  /** May be changed at any time. */
  behaviour: Behaviour;
  /** How often it was asked. */
  asked = 0;

  private constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
        signal: this.#stop.signal,
      },
      (request) => this.#answer(request),
    );
  }

  static start(respond: (request: Request) => Response): FakeExporter {
    return new FakeExporter({ kind: "answer", respond });
  }

  static startHanging(): FakeExporter {
    return new FakeExporter({ kind: "hang" });
  }

  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  get url(): string {
    return `http://${this.address}/metrics`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }

  async #answer(request: Request): Promise<Response> {
    this.asked++;
    if (this.behaviour.kind === "answer") {
      return this.behaviour.respond(request);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stop.signal.addEventListener("abort", () => resolve());
    await promise;
    return new Response(null, { status: 500 });
  }
}

/** One gauge, as text. */
export function gauge(value: number): Response {
  return new Response(`# TYPE fake gauge\nfake ${value}\n`, {
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}
