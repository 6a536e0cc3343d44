// Sees to it that a port goes on taking connections. Where no file is left for a new one, the
// runtime never takes another, and tells nobody.

/** What is watched. */
export interface AcceptWatchOptions {
  /** Where the port is bound. */
  readonly host: string;
  readonly port: number;
  /** Binds it anew; connections that are open stay. */
  readonly listenAgain: () => void | Promise<void>;
  readonly log: {
    info(event: string, fields: Record<string, unknown>): void;
    error(event: string, fields: Record<string, unknown>): void;
  };
  readonly everyMs?: number;
  /** How long a connection may take to be taken, where the process is busy too. */
  readonly patienceMs?: number;
}

const EVERY_MS = 5_000;
const PATIENCE_MS = 2_000;
const PAUSE_MS = 20;
const listener = "push";

/** Connects to the port itself where nobody else does, and has it bound anew where that is in vain. */
export class AcceptWatch implements Disposable {
  readonly #options: AcceptWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #taken = false;
  #isLooking = false;
  #isTold = false;
  #isOver = false;

  constructor(options: AcceptWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), options.everyMs ?? EVERY_MS);
  }

  /** To be told of each connection. */
  taken(): void {
    this.#taken = true;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    if (this.#taken) {
      this.#taken = false;
      return;
    }
    this.#isLooking = true;
    try {
      const fault = await this.#findFault();
      if (fault === undefined || this.#isOver) return;
      if (!this.#isTold) this.#options.log.error("listener failed", { listener, ...fault.told });
      this.#isTold = true;
      if (!fault.isMended) return;
      await this.#options.listenAgain();
      this.#options.log.info("listening again", { listener });
      this.#isTold = false;
    } finally {
      this.#isLooking = false;
    }
  }

  /** Why no connection is taken, and whether one could be, were it bound anew. */
  async #findFault(): Promise<
    { readonly told: { readonly error: string }; readonly isMended: boolean } | undefined
  > {
    const { host, port, patienceMs = PATIENCE_MS } = this.#options;
    try {
      using _connection = await Deno.connect({ hostname: ownAddress(host), port });
      const endMs = performance.now() + patienceMs;
      while (!this.#taken && performance.now() < endMs && !this.#isOver) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      if (this.#taken) return undefined;
      return { told: { error: "it takes no connections: files may have run out" }, isMended: true };
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      if (code === "EMFILE" || code === "ENFILE") {
        return { told: { error: message }, isMended: false };
      }
      // The kernel takes connections into a queue: refused, nobody listens any more.
      if (code === "ECONNREFUSED") return { told: { error: message }, isMended: true };
      return undefined; // there may be no way from here to itself
    }
  }
}

/** Where a process finds itself. */
function ownAddress(host: string): string {
  if (host === "::") return "::1";
  return host === "0.0.0.0" ? "127.0.0.1" : host;
}
