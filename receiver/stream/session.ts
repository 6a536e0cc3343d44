// One stream, from its first frame to its end: who is there, which frame goes where, when it closes.

import {
  Acks,
  CLOSE,
  DEAD_AFTER_MS,
  decodeFrame,
  encodeFrame,
  type Frame,
  HEARTBEAT_MS,
  type ReceiverLimits,
} from "../../protocol/stream/mod.ts";
import { oneLine } from "../../protocol/mod.ts";
import type { PushRules } from "../push_rules.ts";
import type { Client } from "../token_book.ts";
import type { Fault } from "./arrivals.ts";
import type { StreamConnection, StreamListener } from "./connection.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { Exchange } from "./exchange.ts";
import type { StreamMemory } from "./memory.ts";

/** Who opened a stream. */
export interface StreamClient {
  readonly client: Client;
  /** IP address. */
  readonly address: string;
  /** In one line; empty where it sent none. */
  readonly userAgent: string;
}

/** What a session works with. */
export interface SessionOptions {
  readonly dependencies: StreamDependencies;
  readonly rules: PushRules;
  readonly memory: StreamMemory;
  /** Called once, at the end. */
  readonly ended: (session: Session) => void;
}

/** How long acknowledgements wait for others. */
const ACK_DELAY_MS = 50;
/** Who reads so little gets nothing more. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Of bodies begun and not whole there may be two of the longest, and these beside them. */
const SMALL_BODIES_BYTES = 1024 * 1024;
const MAX_BASE_BYTES = 1024 * 1024;
const MAX_BASES_BYTES = 64 * 1024 * 1024;

/** A stream at work. */
export class Session implements StreamListener {
  readonly #connection: StreamConnection;
  readonly #options: SessionOptions;
  readonly #who: StreamClient;
  readonly #acks = new Acks();
  #client: Client;
  /** Once both sides said hello. */
  #exchange: Exchange | undefined;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #heardMs: number;
  #sentMs: number;
  #closed = false;

  constructor(connection: StreamConnection, who: StreamClient, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#who = who;
    this.#client = who.client;
    this.#heardMs = this.#sentMs = options.dependencies.now();
  }

  message(message: Uint8Array<ArrayBuffer>): void | Promise<void> {
    if (this.#closed) return;
    this.#heardMs = this.#options.dependencies.now();
    const decoded = decodeFrame(message);
    if (!decoded.ok) return this.#fail(decoded.reason);
    const { frame } = decoded;
    if (frame === undefined) return;
    const fault = this.#exchange === undefined
      ? this.#greet(frame)
      : this.#exchange.handle(frame, message.byteLength);
    return fault instanceof Promise
      ? fault.then((fault) => this.#handled(fault))
      : this.#handled(fault);
  }

  closed(): void {
    this.#end(undefined);
  }

  /** Looks after the time, every second or so. */
  tick(): void {
    const { dependencies: { now, tokens } } = this.#options;
    const nowMs = now();
    const client = tokens.renew(this.#client);
    if (client === undefined) {
      this.#exchange?.noteRefusal("its token is expired or revoked");
      return this.close(CLOSE.unauthorized, "the token is good no more");
    }
    if (client !== this.#client) this.#renew(client);
    if (nowMs - this.#heardMs >= DEAD_AFTER_MS) {
      return this.close(CLOSE.silent, "nothing was heard for too long");
    }
    if (this.#connection.bufferedBytes > MAX_BUFFERED_BYTES) {
      return this.close(CLOSE.silent, "nothing is read");
    }
    this.#exchange?.tick();
    if (this.#exchange !== undefined && nowMs - this.#sentMs >= HEARTBEAT_MS) {
      this.#send({ type: "alive" });
    }
  }

  /** The time stood still: nobody could be heard. */
  forgive(): void {
    this.#heardMs = this.#options.dependencies.now();
  }

  /** Closes the stream, and gives back all that it holds. */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#flushAcks();
    this.#end(code);
    this.#connection.close(code, reason);
  }

  #greet(frame: Frame): Fault {
    if (frame.type !== "hello") return "the first frame is no hello";
    const { dependencies, rules, memory } = this.#options;
    const { address, userAgent } = this.#who;
    const ours = this.#limits();
    this.#exchange = new Exchange({ theirs: frame, ours }, {
      ...{ dependencies, rules, memory, acks: this.#acks },
      sender: {
        ...{ token: this.#client.name, address },
        userAgent: userAgent || oneLine(frame.software),
      },
      client: () => this.#client,
      send: (frame) => this.#send(frame),
    });
    this.#send({ type: "hello", software: dependencies.software, ...ours });
    return undefined;
  }

  /** Said once, they count for the whole stream. */
  #limits(): ReceiverLimits {
    const { dependencies: { limits } } = this.#options;
    const { maxTargets, maxBodyBytes: ofToken } = this.#client.limits;
    const maxBodyBytes = Math.min(ofToken, limits.maxBodyBytes);
    return {
      maxBodyBytes,
      maxUnpackedBytes: limits.maxUnpackedBytes,
      maxChannels: Math.min(maxTargets, limits.maxTargets),
      maxUnfinishedBytes: maxBodyBytes + SMALL_BODIES_BYTES,
      maxBaseBytes: MAX_BASE_BYTES,
      maxBasesBytes: MAX_BASES_BYTES,
    };
  }

  #handled(fault: Fault): void {
    if (fault !== undefined) return this.#fail(fault);
    const lacking = this.#exchange?.lacking;
    if (lacking !== undefined) return this.#turnAway(`no memory is left for ${lacking}`);
    if (this.#acks.isEmpty || this.#closed) return;
    this.#ackTimer ??= setTimeout(() => this.#flushAcks(), ACK_DELAY_MS);
  }

  #flushAcks(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    for (const ack of this.#acks.take()) this.#send(ack);
  }

  #renew(client: Client): void {
    const before = this.#client;
    this.#client = client;
    if (client.name !== before.name) {
      return this.close(CLOSE.unauthorized, "the token is another one now");
    }
    const { maxBodyBytes, maxTargets } = before.limits;
    if (client.limits.maxBodyBytes !== maxBodyBytes || client.limits.maxTargets !== maxTargets) {
      return this.close(CLOSE.going, "the token has other limits now");
    }
    this.#exchange?.recheck();
  }

  #fail(reason: string): void {
    this.#options.dependencies.log.warn("stream broken", { ...this.#fields, reason });
    this.close(CLOSE.protocol, reason);
  }

  #turnAway(reason: string): void {
    this.#options.dependencies.log.warn("stream without memory", { ...this.#fields, reason });
    this.close(CLOSE.no_room, reason);
  }

  /** How the log names it. */
  get #fields(): { readonly token: string; readonly address: string } {
    return { token: this.#client.name, address: this.#who.address };
  }

  #send(frame: Frame): void {
    if (this.#closed) return;
    this.#sentMs = this.#options.dependencies.now();
    this.#connection.send(encodeFrame(frame));
  }

  #end(code: number | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#ackTimer);
    const { dependencies, ended } = this.#options;
    this.#exchange?.end();
    dependencies.observer.streamClosed(code);
    ended(this);
  }
}
