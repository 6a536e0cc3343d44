// A socket like the service manager's, that keeps what it is told.

/** Listens at a path, or with a leading `@` at an abstract name. */
export class NotifySocket implements AsyncDisposable {
  readonly path: string;
  /** Each datagram, with when it came on the clock of `performance.now()`. */
  readonly messages: { readonly text: string; readonly atMs: number }[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #reading: Promise<void>;

  constructor(path: string) {
    this.path = path;
    this.#socket = Deno.listenDatagram({
      transport: "unixpacket",
      path: path.replace(/^@/, "\0"),
    });
    this.#reading = this.#read();
  }

  /** What was told, without how things stand and that all is well. */
  get steps(): string[] {
    return this.messages.map(({ text }) => text.split("\n")[0]!)
      .filter((text) => !/^(?:WATCHDOG|STATUS)=/.test(text));
  }

  /** When it was told that all is well. */
  get watchdogMs(): number[] {
    return this.messages.filter(({ text }) => text === "WATCHDOG=1").map(({ atMs }) => atMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const [bytes] of this.#socket) {
      this.messages.push({ text: new TextDecoder().decode(bytes), atMs: performance.now() });
    }
  }
}
