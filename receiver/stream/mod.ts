// The streams of a receiver: who may open one, all that are open, and their common end.

import { oneLine } from "../../protocol/mod.ts";
import { CLOSE, SUBPROTOCOL } from "../../protocol/stream/frame.ts";
import { type GateDependencies, makeGate } from "../gate.ts";
import type { PushRequest } from "../listen.ts";
import { requestPath } from "../path.ts";
import { pushRules } from "../push_rules.ts";
import { type Refusal, refusalResponse, refuse } from "../refusal.ts";
import { type AdmitStream, STREAM_PATH } from "./connection.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { StreamMemory } from "./memory.ts";
import type { Session } from "./session.ts";

export type { AdmitStream, OpenStream, StreamConnection, StreamListener } from "./connection.ts";
export { watchStreams } from "./metrics.ts";
export type { StreamObserver } from "./dependencies.ts";

/** What streams are made with. */
export interface StreamsOptions extends StreamDependencies {
  readonly tokens: StreamDependencies["tokens"] & GateDependencies["tokens"];
  readonly strangers: GateDependencies["strangers"];
  /** For bodies under way and bases, of all streams. */
  readonly maxMemoryBytes: number;
}

/** So many at once. The listener has its own limit, of connections. */
const MAX_STREAMS = 10_000;
const TICK_MS = 1_000;
/** A tick that comes so late says that the process stood still. */
const LATE_TICK_MS = 5_000;

/** All streams. */
export class Streams implements Disposable {
  /** Answers a request to open one. */
  readonly admit: AdmitStream;
  readonly #open = new Set<Session>();
  readonly #memory: StreamMemory;
  readonly #now: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #tickedMs = 0;
  #stopping = false;

  constructor(options: StreamsOptions) {
    const { observer, log, now } = options;
    const memory = this.#memory = new StreamMemory(options.maxMemoryBytes);
    const gate = makeGate(options);
    const rules = pushRules(options);
    this.#now = now;

    this.admit = async (request, address) => {
      const client = gate(request.headers.get("authorization"), { address });
      if (client instanceof Response) return client;
      const refusal = this.#whyNot(request);
      if (refusal !== undefined) {
        observer.refused(refusal.reason);
        return refusalResponse(refusal);
      }
      const userAgent = oneLine(request.headers.get("user-agent") ?? "");
      // Whoever has no streams needs nothing of them.
      const { Session } = await import("./session.ts");
      return (connection) => {
        const ended = (session: Session) => this.#remove(session);
        const session = new Session(connection, { client, address, userAgent }, {
          ...{ dependencies: options, rules, memory, ended },
        });
        log.debug("stream opened", { token: client.name, address });
        this.#add(session);
        return session;
      };
    };
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** What bodies under way and bases hold. */
  get memoryBytes(): number {
    return this.#memory.usedBytes;
  }

  /** Closes all of them, and those that will be opened. */
  [Symbol.dispose](): void {
    this.#stopping = true;
    for (const session of this.#open) session.close(CLOSE.going, "the receiver stops");
  }

  #whyNot(request: PushRequest): Refusal | undefined {
    const { headers, method } = request;
    if (requestPath(request) !== STREAM_PATH) {
      return refuse("not_found", `no such path for a WebSocket: use ${STREAM_PATH}`);
    }
    if (method !== "GET") return refuse("method_not_allowed", "use GET");
    const offered = (headers.get("sec-websocket-protocol") ?? "").split(",");
    if (!offered.some((name) => name.trim() === SUBPROTOCOL)) {
      return refuse("bad_header", `Sec-WebSocket-Protocol must be ${SUBPROTOCOL}`);
    }
    return this.#open.size < MAX_STREAMS
      ? undefined
      : refuse("too_many_streams", `${MAX_STREAMS} streams are open already`);
  }

  #add(session: Session): void {
    this.#open.add(session);
    if (this.#stopping) return session.close(CLOSE.going, "the receiver stops");
    if (this.#timer !== undefined) return;
    this.#tickedMs = this.#now();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  #remove(session: Session): void {
    this.#open.delete(session);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks after all of them; called every second while there are any. */
  tick(): void {
    const nowMs = this.#now();
    const stoodStill = nowMs - this.#tickedMs > LATE_TICK_MS;
    this.#tickedMs = nowMs;
    for (const session of this.#open) {
      if (stoodStill) session.forgive();
      else session.tick();
    }
  }
}
