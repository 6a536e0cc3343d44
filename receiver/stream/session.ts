// One stream, from its first frame to its end: who is there, which frame goes where, when it closes.

import {
  Acks,
  Bases,
  CLOSE,
  DEAD_AFTER_MS,
  decodeFrame,
  encodeFrame,
  type Frame,
  HEARTBEAT_MS,
  type HelloFrame,
  IncomingBodies,
  maxScrapes,
  type ReceiverLimits,
} from "../../protocol/stream/mod.ts";
import { oneLine } from "../../protocol/mod.ts";
import type { PushRules } from "../push_rules.ts";
import type { Reading } from "../snapshot.ts";
import type { Client } from "../token_book.ts";
import { Arrivals, type Fault } from "./arrivals.ts";
import { Channels } from "./channels.ts";
import type { StreamConnection, StreamListener } from "./connection.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StreamMemory } from "./memory.ts";
import { Scrapes } from "./scrapes.ts";

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
/** Bodies that are begun and not whole, where there is more than one. */
const MAX_UNFINISHED_BYTES = 1024 * 1024;
const MAX_BASE_BYTES = 1024 * 1024;
const MAX_BASES_BYTES = 64 * 1024 * 1024;

const GONE: Reading = {
  state: "silent",
  cause: "sender_silent",
  reason: "its sender is not connected any more",
};

/** What is there once the sender has said hello. */
interface Parts {
  readonly channels: Channels;
  readonly arrivals: Arrivals;
  readonly scrapes: Scrapes;
  readonly bodies: IncomingBodies;
  readonly bases: Bases;
}

/** A stream at work. */
export class Session implements StreamListener {
  readonly #connection: StreamConnection;
  readonly #options: SessionOptions;
  readonly #who: StreamClient;
  readonly #acks = new Acks();
  #client: Client;
  #parts: Parts | undefined;
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
    const fault = this.#parts === undefined
      ? this.#greet(frame)
      : this.#handle(frame, this.#parts, message.byteLength);
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
      this.#parts?.channels.noteRefusal("its token is expired or revoked");
      return this.close(CLOSE.unauthorized, "the token is good no more");
    }
    if (client !== this.#client) this.#renew(client);
    if (nowMs - this.#heardMs >= DEAD_AFTER_MS) {
      return this.close(CLOSE.silent, "nothing was heard for too long");
    }
    if (this.#connection.bufferedBytes > MAX_BUFFERED_BYTES) {
      return this.close(CLOSE.silent, "nothing is read");
    }
    this.#parts?.arrivals.tick();
    if (this.#parts !== undefined && nowMs - this.#sentMs >= HEARTBEAT_MS) {
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
    const { dependencies: { limits, software } } = this.#options;
    const says: ReceiverLimits = {
      maxBodyBytes: Math.min(this.#client.limits.maxBodyBytes, limits.maxBodyBytes),
      maxUnpackedBytes: limits.maxUnpackedBytes,
      maxChannels: limits.maxTargets,
      maxUnfinishedBytes: MAX_UNFINISHED_BYTES,
      maxBaseBytes: MAX_BASE_BYTES,
      maxBasesBytes: MAX_BASES_BYTES,
    };
    this.#parts = this.#makeParts(frame, says);
    this.#send({ type: "hello", software, ...says });
    return undefined;
  }

  #makeParts(hello: HelloFrame, limits: ReceiverLimits): Parts {
    const { dependencies, rules, memory } = this.#options;
    const { address, userAgent } = this.#who;
    const sender = {
      ...{ token: this.#client.name, address },
      userAgent: userAgent || oneLine(hello.software),
    };
    const send = (frame: Frame) => this.#send(frame);
    const client = () => this.#client;
    const bases = new Bases(limits, memory.forBases);
    memory.add(bases);
    const bodies = new IncomingBodies({ limits, bases, room: memory.forBodies(this.#client.name) });
    const scrapes = new Scrapes({ send, maxScrapes: maxScrapes(hello) });
    const channels = new Channels({
      ...{ dependencies, rules, sender, client, send },
      ask: (channel, request) => scrapes.ask(channel, request),
    }, limits);
    const arrivals = new Arrivals({
      ...{ dependencies, rules, channels, bodies, scrapes, sender, client, send },
      acks: this.#acks,
    });
    return { channels, arrivals, scrapes, bodies, bases };
  }

  #handle(frame: Frame, parts: Parts, messageBytes: number): Fault | Promise<Fault> {
    const { channels, arrivals, bodies, scrapes } = parts;
    switch (frame.type) {
      case "alive":
        return undefined;
      case "target":
        return channels.bind(frame);
      case "end": {
        scrapes.endChannel(frame.channel, GONE);
        bodies.endChannel(frame.channel);
        return channels.end(frame);
      }
      case "snapshot":
        return arrivals.snapshot({ frame, messageBytes });
      case "failure":
        return arrivals.failure({ frame, messageBytes });
      case "answer":
        return arrivals.answer({ frame, messageBytes });
      case "no_answer":
        return void arrivals.noAnswer(frame);
      case "chunk":
        return arrivals.chunk({ frame, messageBytes });
      case "abort":
        return arrivals.abort(frame.number);
      case "hello":
      case "ack":
      case "refused":
      case "target_refused":
      case "scrape":
      case "cancel":
        return `a frame of type "${frame.type}" is not for a receiver`;
      default:
        return frame satisfies never;
    }
  }

  #handled(fault: Fault): void {
    if (fault !== undefined) return this.#fail(fault);
    if (this.#acks.isEmpty || this.#closed) return;
    this.#ackTimer ??= setTimeout(() => this.#flushAcks(), ACK_DELAY_MS);
  }

  #flushAcks(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    for (const ack of this.#acks.take()) this.#send(ack);
  }

  /** Limits that were said once count for the whole stream. */
  #renew(client: Client): void {
    const before = this.#client;
    this.#client = client;
    if (client.name !== before.name) {
      return this.close(CLOSE.unauthorized, "the token is another one now");
    }
    if (client.limits.maxBodyBytes !== before.limits.maxBodyBytes) {
      return this.close(CLOSE.going, "the token has other limits now");
    }
    this.#parts?.channels.recheck();
  }

  #fail(reason: string): void {
    const { token, address } = { token: this.#client.name, address: this.#who.address };
    this.#options.dependencies.log.warn("stream broken", { token, address, reason });
    this.close(CLOSE.protocol, reason);
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
    const { dependencies, memory, ended } = this.#options;
    if (this.#parts !== undefined) {
      const { channels, scrapes, bodies, bases } = this.#parts;
      scrapes.clear(GONE);
      channels.clear();
      bodies.clear();
      memory.delete(bases);
    }
    dependencies.observer.streamClosed(code);
    ended(this);
  }
}
