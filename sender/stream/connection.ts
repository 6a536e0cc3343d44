// One stream from its hello to its end: frames in and out, and the receiver's word on each.

import { oneLine } from "../../protocol/mod.ts";
import {
  type CancelFrame,
  CLOSE,
  decodeFrame,
  type Frame,
  type HelloFrame,
  type ReceiverLimits,
  receiverLimits,
  type ScrapeFrame,
  type TargetRefusedFrame,
} from "../../protocol/stream/mod.ts";
import type { Timing } from "../timing.ts";
import { Announced } from "./announced.ts";
import { Bodies } from "./bodies.ts";
import type { Channel } from "./channel.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Outgoing } from "./outgoing.ts";
import { type Content, Pending, type Settled } from "./pending.ts";
import type { SocketEvents, StreamSocket } from "./socket.ts";

/** What the receiver asks for on a connection. */
export interface ConnectionEvents {
  scrape(frame: ScrapeFrame): void;
  cancel(frame: CancelFrame): void;
  targetRefused(frame: TargetRefusedFrame): void;
}

/** What a connection works with. */
export interface ConnectionOptions {
  readonly events: ConnectionEvents;
  readonly timing: Timing;
  /** Who this is, and what it takes. */
  readonly hello: HelloFrame;
  /** Of bases, should the receiver have room for more. */
  readonly maxBasesBytes: number;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
}

/** How a connection came to its end. */
export interface End {
  readonly code: number;
  readonly reason: string;
  /** Whether the receiver had said hello. */
  readonly wasReady: boolean;
}

/** Bodies wait for their turn: only a receiver that asks and never reads comes to this. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** What is open on one socket. */
export class Connection implements SocketEvents {
  readonly #options: ConnectionOptions;
  readonly #over = new AbortController();
  readonly #ready = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<End>();
  readonly #pending = new Pending();
  readonly #announced = new Announced();
  #socket: StreamSocket | undefined;
  #heartbeat: Heartbeat | undefined;
  #outgoing: Outgoing | undefined;
  #limits: ReceiverLimits = receiverLimits({ type: "hello", software: "" });
  #bodies = new Bodies(this.#limits, { maxBasesBytes: 0 });
  #wasReady = false;
  #clockOffsetMs: number | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Resolves with whether the receiver has said hello, or never will. */
  get ready(): Promise<boolean> {
    return this.#ready.promise;
  }

  /** Resolves when it is over. */
  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** What the receiver has said it takes. */
  get limits(): ReceiverLimits {
    return this.#limits;
  }

  /** How bodies are packed on this stream. */
  get bodies(): Bodies {
    return this.#bodies;
  }

  /** How far the receiver's clock is ahead. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** Says hello on an open socket whose events come here. */
  start(
    socket: StreamSocket,
    { clockOffsetMs }: { readonly clockOffsetMs: number | undefined },
  ): void {
    const { timing, hello } = this.#options;
    const { signal } = this.#over;
    if (signal.aborted) return socket.close(CLOSE.done, "");
    this.#socket = socket;
    this.#clockOffsetMs = clockOffsetMs;
    const heartbeat = new Heartbeat({
      timing,
      signal,
      onQuiet: () => this.#send({ type: "alive" }),
      onDead: () => this.close(CLOSE.silent, "nothing was heard from the receiver"),
    });
    this.#heartbeat = heartbeat;
    this.#outgoing = new Outgoing(socket, { onSent: () => heartbeat.sent() });
    this.#send(hello);
  }

  message(message: Uint8Array<ArrayBuffer>): void {
    if (this.#over.signal.aborted) return;
    this.#heartbeat?.received();
    const decoded = decodeFrame(message);
    if (!decoded.ok) this.close(CLOSE.protocol, decoded.reason);
    else if (decoded.frame !== undefined) this.#take(decoded.frame);
  }

  closed(code: number, reason: string): void {
    if (this.#over.signal.aborted) return;
    const said = oneLine(reason.replaceAll(this.#options.secret, "…"));
    this.#outgoing?.close();
    this.#pending.close(`the stream broke off: ${said === "" ? code : `${code} ${said}`}`);
    this.#over.abort();
    this.#ended.resolve({ code, reason: said, wasReady: this.#wasReady });
    this.#ready.resolve(false);
  }

  /** Ends it, and all that is under way on it. */
  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
    this.closed(code, reason);
  }

  /** Says what a channel stands for, unless that is known. Its last type stays where none is given. */
  announce(channel: Channel, contentType?: string): void {
    const frame = this.#announced.announce(channel, contentType);
    if (frame !== undefined) this.#send(frame);
  }

  /** A channel is no more. */
  end(channel: Channel): void {
    const frame = this.#announced.end(channel);
    if (frame === undefined) return;
    this.#bodies.forget(channel.number);
    this.#send(frame);
  }

  /** Sends what has no number. */
  send(frame: Extract<Frame, { type: "no_answer" }>): void {
    this.#send(frame);
  }

  /**
   * Sends what has a number. Settles with the receiver's word, or as lost where the stream
   * ends or the signal aborts before.
   */
  put(content: Content, signal: AbortSignal): Promise<Settled> {
    return this.#outgoing === undefined
      ? Promise.resolve({ kind: "lost", reason: "the stream is not open" })
      : this.#pending.put(content, this.#outgoing, signal);
  }

  #take(frame: Frame): void {
    if (!this.#wasReady && frame.type !== "hello") {
      return this.close(CLOSE.protocol, `a frame "${frame.type}" came before hello`);
    }
    switch (frame.type) {
      case "hello":
        return this.#welcome(frame);
      case "alive":
        return;
      case "ack":
        return this.#pending.taken(frame.number, frame.count);
      case "refused":
        return this.#pending.refused(frame.number, frame);
      case "target_refused":
        this.#announced.refused(frame.channel);
        return this.#options.events.targetRefused(frame);
      case "scrape":
        return this.#options.events.scrape(frame);
      case "cancel":
        return this.#options.events.cancel(frame);
      default:
        this.close(CLOSE.protocol, `a frame "${frame.type}" is no receiver's`);
    }
  }

  #welcome(hello: HelloFrame): void {
    if (this.#wasReady) return this.close(CLOSE.protocol, "a second hello");
    this.#wasReady = true;
    this.#limits = receiverLimits(hello);
    this.#bodies = new Bodies(this.#limits, { maxBasesBytes: this.#options.maxBasesBytes });
    if (this.#outgoing) this.#outgoing.maxUnfinishedBytes = this.#limits.maxUnfinishedBytes;
    this.#ready.resolve(true);
  }

  #send(frame: Frame): void {
    if (this.#over.signal.aborted) return;
    this.#outgoing?.send(frame);
    if ((this.#socket?.bufferedBytes ?? 0) > MAX_BUFFERED_BYTES) {
      this.close(CLOSE.silent, "the receiver reads nothing");
    }
  }
}
