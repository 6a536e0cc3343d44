// A bad network between two parties: a TCP proxy whose faults the test decides.

/** What the network does, to connections that are open as well as to new ones. */
export type Fault =
  | { readonly kind: "none" }
  /** Nobody is there: a connection is broken off at once. */
  | { readonly kind: "refuse" }
  /** The link is down: nothing gets through, and what was open is lost for good. */
  | { readonly kind: "dead" }
  /** Each piece is so late, either way. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Broken off after so many bytes of the client. */
  | { readonly kind: "reset"; readonly afterBytes: number };

export class FaultProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #upstreamPort: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #fault: Fault = { kind: "none" };

  constructor(upstream: string) {
    this.#upstreamPort = Number(new URL(upstream).port);
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  set fault(fault: Fault) {
    this.#fault = fault;
    if (fault.kind === "refuse") { for (const each of this.#open) close(each); }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    close(this.#listener);
    for (const each of this.#open) close(each);
    await Promise.all([this.#accepting, ...this.#running]);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.#fault.kind === "refuse") {
        close(client);
        continue;
      }
      const running = this.#serve(client).catch(() => {}).finally(() => {
        this.#running.delete(running);
      });
      this.#running.add(running);
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#upstreamPort });
    const both = [client, server];
    for (const each of both) this.#open.add(each);
    const end = () => {
      for (const each of both) {
        this.#open.delete(each);
        close(each);
      }
    };
    await Promise.all([
      this.#carry(client, server, true).catch(end),
      this.#carry(server, client, false).catch(end),
    ]);
    end();
  }

  async #carry(from: Deno.Conn, to: Deno.Conn, isClient: boolean): Promise<void> {
    let carried = 0;
    let isLost = false;
    const buffer = new Uint8Array(16 * 1024);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) throw new Error("ended");
      carried += count;
      const fault = this.#fault;
      if (fault.kind === "dead") isLost = true;
      if (isLost) continue;
      if (fault.kind === "slow") await new Promise((go) => setTimeout(go, fault.delayMs));
      let rest = buffer.subarray(0, count);
      const isCut = fault.kind === "reset" && isClient && carried > fault.afterBytes;
      if (isCut) rest = rest.subarray(0, Math.max(0, fault.afterBytes - (carried - count)));
      while (rest.length > 0) rest = rest.subarray(await to.write(rest));
      if (isCut) throw new Error("reset");
    }
  }
}

function close(what: Deno.Conn | Deno.Listener): void {
  try {
    what.close();
  } catch {
    // It was closed before.
  }
}
