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
import type { Client } from "../token_book.ts";

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
/** Of one token, so that others have room. */
const MAX_STREAMS_OF_TOKEN = 7_500;
/** Beside one for each target, and one for each that is not known to be dead yet. */
const MORE_STREAMS = 10;
const TICK_MS = 1_000;
/** A tick that comes so late says that the process stood still. */
const LATE_TICK_MS = 5_000;

/** All streams. */
export class Streams implements Disposable {
  /** Answers a request to open one. */
  readonly admit: AdmitStream;
  readonly #open = new Set<Session>();
  readonly #openByToken = new Map<string, number>();
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
      const refusal = this.#whyNot(request) ?? this.#whyTooMany(client);
      if (refusal !== undefined) {
        observer.refused(refusal.reason);
        return refusalResponse(refusal);
      }
      const userAgent = oneLine(request.headers.get("user-agent") ?? "");
      // Whoever has no streams needs nothing of them.
      const { Session } = await import("./session.ts");
      return (connection) => {
        const ended = (session: Session) => this.#remove(session, client);
        const session = new Session(connection, { client, address, userAgent }, {
          ...{ dependencies: options, rules, memory, ended },
        });
        log.debug("stream opened", { token: client.name, address });
        this.#add(session, client);
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
    return undefined;
  }

  #whyTooMany({ name, limits }: Client): Refusal | undefined {
    if (this.#open.size >= MAX_STREAMS) {
      return refuse("too_many_streams", `${MAX_STREAMS} streams are open already`);
    }
    const max = Math.min(MAX_STREAMS_OF_TOKEN, 2 * limits.maxTargets + MORE_STREAMS);
    return (this.#openByToken.get(name) ?? 0) < max
      ? undefined
      : refuse("too_many_streams", `${max} streams of this token are open already`);
  }

  #add(session: Session, client: Client): void {
    // Others may have been admitted while this one's handshake went on.
    const tooMany = this.#whyTooMany(client);
    this.#open.add(session);
    this.#openByToken.set(client.name, (this.#openByToken.get(client.name) ?? 0) + 1);
    if (this.#stopping) return session.close(CLOSE.going, "the receiver stops");
    if (tooMany !== undefined) return session.close(CLOSE.no_room, tooMany.detail);
    if (this.#timer !== undefined) return;
    this.#tickedMs = this.#now();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  #remove(session: Session, { name }: Client): void {
    this.#open.delete(session);
    const others = (this.#openByToken.get(name) ?? 1) - 1;
    if (others > 0) this.#openByToken.set(name, others);
    else this.#openByToken.delete(name);
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
