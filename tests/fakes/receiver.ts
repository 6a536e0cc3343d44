// A receiver that remembers when it was pushed to, and keeps nothing else.

export class FakeReceiver implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #pushesMs = new Map<string, number[]>();

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { pathname } = new URL(request.url);
      const times = this.#pushesMs.get(pathname) ?? [];
      this.#pushesMs.set(pathname, [...times, performance.now()]);
      return new Response(null, { status: 204 });
    });
  }

  destination(path: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}${path}`;
  }

  /** When each push to the path came, on the clock of `performance.now()`. */
  pushesMs(path: string): readonly number[] {
    return this.#pushesMs.get(path) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
