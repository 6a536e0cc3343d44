// A server that speaks bytes: answers that no HTTP library would let a test send.

const END_OF_HEADERS = "\r\n\r\n";

/** One connection that was made to the server. */
export class RawConnection {
  readonly #connection: Deno.Conn;
  #received = "";

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** The next request up to its empty line, or `undefined` once the other side has gone. */
  async request(): Promise<string | undefined> {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const end = this.#received.indexOf(END_OF_HEADERS);
      if (end >= 0) {
        const request = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + END_OF_HEADERS.length);
        return request;
      }
      const count = await this.#connection.read(buffer);
      if (count === null) return undefined;
      this.#received += new TextDecoder().decode(buffer.subarray(0, count));
    }
  }

  async send(text: string | Uint8Array): Promise<void> {
    let bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed before.
    }
  }
}

/** Listens on a port of its own and hands each connection to `serve`, then closes it. */
export class RawServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: RawConnection[] = [];
  readonly #serving: Promise<void>[] = [];
  readonly #accepting: Promise<void>;

  constructor(serve: (connection: RawConnection) => Promise<void>) {
    this.#accepting = this.#accept(serve);
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/metrics`);
  }

  /** How many connections were made. */
  get connections(): number {
    return this.#connections.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await Promise.all([this.#accepting, ...this.#serving]);
  }

  async #accept(serve: (connection: RawConnection) => Promise<void>): Promise<void> {
    for await (const accepted of this.#listener) {
      const connection = new RawConnection(accepted);
      this.#connections.push(connection);
      // A peer that breaks off is what these tests are about.
      this.#serving.push(serve(connection).catch(() => {}).finally(() => connection.close()));
    }
  }
}
