// A bad network between two parties: a TCP proxy whose faults the test decides.

/** What the network does, to connections that are open as well as to new ones. */
export type Fault =
  | { readonly kind: "none" }
  /** Nobody is there: a connection is broken off at once. */
  | { readonly kind: "refuse" }
  /** The link is down: nothing gets through, and what was open is lost for good. */
  | { readonly kind: "dead" }
  /** What is open is lost for good, as where a NAT forgets it. What is new gets through. */
  | { readonly kind: "forget" }
  /** Each piece is so late, either way. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Pieces are held back, either way, and let go together so often. */
  | { readonly kind: "bursts"; readonly everyMs: number }
  /** Each byte comes alone. */
  | { readonly kind: "split" }
  /** Broken off after so many bytes of the client. */
  | { readonly kind: "reset"; readonly afterBytes: number };

/** A connection and the one behind it. */
interface Flow {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** Neither side is told of the other any more, not even of its end. */
  isLost: boolean;
}

const MAX_PIECE_BYTES = 256 * 1024;

export class FaultProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #upstreamPort: number;
  readonly #open = new Set<Flow>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #fault: Fault = { kind: "none" };
  /** Connections that got through to the upstream. */
  count = 0;

  constructor(upstream: string) {
    this.#upstreamPort = Number(new URL(upstream).port);
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  set fault(fault: Fault) {
    this.#fault = fault;
    for (const flow of this.#open) {
      if (fault.kind === "refuse") end(flow);
      if (fault.kind === "forget") flow.isLost = true;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    close(this.#listener);
    for (const flow of this.#open) end(flow);
    await Promise.all([this.#accepting, ...this.#running]);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.#fault.kind === "refuse") {
        close(client);
        continue;
      }
      const running = this.#serve(client).catch(() => close(client)).finally(() => {
        this.#running.delete(running);
      });
      this.#running.add(running);
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#upstreamPort })
      .catch(() => undefined);
    if (server === undefined) return close(client);
    this.count++;
    const flow = { client, server, isLost: false };
    for (const each of [client, server]) each.setNoDelay();
    this.#open.add(flow);
    await Promise.all([
      this.#carry(flow, client, server).catch(() => leave(flow, client)),
      this.#carry(flow, server, client).catch(() => leave(flow, server)),
    ]);
    this.#open.delete(flow);
  }

  async #carry(flow: Flow, from: Deno.Conn, to: Deno.Conn): Promise<void> {
    let carried = 0;
    const bursts = new Bursts(to);
    const buffer = new Uint8Array(MAX_PIECE_BYTES);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) throw new Error("ended");
      carried += count;
      const fault = this.#fault;
      if (fault.kind === "dead") flow.isLost = true;
      if (flow.isLost) continue;
      if (fault.kind === "slow") await pause(fault.delayMs);
      if (fault.kind === "bursts") {
        bursts.hold(buffer.slice(0, count), fault.everyMs);
        continue;
      }
      let rest = buffer.subarray(0, count);
      const isCut = fault.kind === "reset" && from === flow.client && carried > fault.afterBytes;
      if (isCut) rest = rest.subarray(0, Math.max(0, fault.afterBytes - (carried - count)));
      const pieceBytes = fault.kind === "split" ? 1 : rest.length;
      while (rest.length > 0) rest = await writeOn(to, rest, pieceBytes);
      if (isCut) throw new Error("reset");
    }
  }
}

/** Holds back what is to be written until it may go, however much that is. */
class Bursts {
  readonly #to: Deno.Conn;
  #held: Uint8Array<ArrayBuffer>[] = [];
  #isLettingGo = false;

  constructor(to: Deno.Conn) {
    this.#to = to;
  }

  hold(piece: Uint8Array<ArrayBuffer>, everyMs: number): void {
    this.#held.push(piece);
    if (!this.#isLettingGo) this.#letGo(everyMs).catch(() => close(this.#to));
  }

  async #letGo(everyMs: number): Promise<void> {
    this.#isLettingGo = true;
    while (this.#held.length > 0) {
      await pause(everyMs - performance.now() % everyMs);
      let rest = await new Blob(this.#held.splice(0)).bytes();
      while (rest.length > 0) rest = await writeOn(this.#to, rest);
    }
    this.#isLettingGo = false;
  }
}

/** Writes so much at most; returns what is left. */
async function writeOn(
  to: Deno.Conn,
  bytes: Uint8Array<ArrayBuffer>,
  atMost = bytes.length,
): Promise<Uint8Array<ArrayBuffer>> {
  return bytes.subarray(await to.write(bytes.subarray(0, atMost)));
}

/** One side has gone: the other is told, unless there is no way to it. */
function leave(flow: Flow, side: Deno.Conn): void {
  if (flow.isLost) close(side);
  else end(flow);
}

function end({ client, server }: Flow): void {
  close(client);
  close(server);
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}

function close(what: Deno.Conn | Deno.Listener): void {
  try {
    what.close();
  } catch {
    // It was closed before.
  }
}
