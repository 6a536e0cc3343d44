// A TCP proxy that counts the bytes that pass it, and changes nothing.

/** Between clients and one upstream. */
export class CountingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #upstreamPort: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #accepting: Promise<void>;
  /** Of clients. */
  sentBytes = 0;
  /** Of the upstream. */
  receivedBytes = 0;

  constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  get bytes(): number {
    return this.sentBytes + this.receivedBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const each of this.#open) close(each);
    await Promise.all([this.#accepting, ...this.#running]);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const upstream = await Deno.connect({ hostname: "127.0.0.1", port: this.#upstreamPort });
      for (const each of [client, upstream]) this.#open.add(each);
      const running = Promise.all([
        pipe(client, upstream, (bytes) => this.sentBytes += bytes),
        pipe(upstream, client, (bytes) => this.receivedBytes += bytes),
      ]).finally(() => {
        for (const each of [client, upstream]) close(each);
        this.#running.delete(running);
      });
      this.#running.add(running);
    }
  }
}

async function pipe(from: Deno.Conn, to: Deno.Conn, count: (bytes: number) => void) {
  try {
    for await (const chunk of from.readable.values({ preventCancel: true })) {
      count(chunk.byteLength);
      for (let at = 0; at < chunk.byteLength;) at += await to.write(chunk.subarray(at));
    }
    await to.closeWrite();
  } catch {
    close(from);
    close(to);
  }
}

function close(what: { close(): void }): void {
  try {
    what.close();
  } catch {
    // is closed
  }
}
