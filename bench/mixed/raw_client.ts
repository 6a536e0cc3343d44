// HTTP/1.1 over connections that stay open, with as little work as can be: the load must
// leave the machine to what is under load.

/** A request that waits for its turn on its connection. */
export interface Exchange {
  /** Made when its turn comes. */
  request(): Uint8Array;
  /** The status, and the body, which is good only until this returns. */
  answered(status: number, body: Uint8Array): void;
}

/** Of an answer, headers included. */
const MAX_ANSWER_BYTES = 64 * 1024;
const HEAD_END = "\r\n\r\n";

/** One connection: one request at a time, the others wait. */
export class RawClient {
  readonly #buffer = new Uint8Array(MAX_ANSWER_BYTES);
  readonly #waiting: Exchange[] = [];
  readonly #connection: Deno.TcpConn;
  #running: Promise<void> | undefined;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** To `host:port`. */
  static async open(address: string): Promise<RawClient> {
    const { hostname, port } = new URL(`http://${address}`);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay();
    return new RawClient(connection);
  }

  put(exchange: Exchange): void {
    this.#waiting.push(exchange);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more; rejects if the connection broke. */
  async idle(): Promise<void> {
    await this.#running;
  }

  close(): void {
    this.#connection.close();
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const request = next.request();
      for (let at = 0; at < request.length;) {
        at += await this.#connection.write(request.subarray(at));
      }
      await this.#answer(next);
    }
    this.#running = undefined;
  }

  async #answer(exchange: Exchange): Promise<void> {
    let length = 0;
    let [bodyAt, end, status] = [0, Infinity, 0];
    while (length < end) {
      const read = await this.#connection.read(this.#buffer.subarray(length));
      if (read === null) throw new Error("Connection closed in the middle of an answer");
      length += read;
      if (bodyAt > 0) continue;
      const head = headOf(this.#buffer.subarray(0, length));
      if (head === undefined) continue;
      bodyAt = head.length + HEAD_END.length;
      status = Number(head.slice(9, 12));
      end = bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    }
    exchange.answered(status, this.#buffer.subarray(bodyAt, end));
  }
}

/** Headers are short: most of an answer is not looked at. */
const MAX_HEAD_BYTES = 2_048;
const decoder = new TextDecoder("latin1");

function headOf(answer: Uint8Array): string | undefined {
  const text = decoder.decode(answer.subarray(0, MAX_HEAD_BYTES));
  const at = text.indexOf(HEAD_END);
  return at < 0 ? undefined : text.slice(0, at);
}
