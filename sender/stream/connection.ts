// One stream from its hello to its end: frames in and out, and the receiver's word on each.

import { oneLine, writeLabels } from "../../protocol/mod.ts";
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
import { Bodies } from "./bodies.ts";
import type { Channel } from "./channel.ts";
import { Heartbeat } from "./heartbeat.ts";
import { type Begun, Outgoing } from "./outgoing.ts";
import { Pending, type Settled } from "./pending.ts";
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
  /** Of what the receiver would keep as bases, so much is used: 0 to 1. */
  readonly basesShare: number;
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

/** Something to send that gets a number. */
export interface Content {
  /** Bytes that the body has as sent; 0 where it will most likely fit a frame. */
  readonly sentBytes: number;
  begin(): Begun;
  /** All of it was handed to the socket. */
  sent(bodyBytes: number): void;
}

/** What is open on one socket. */
export class Connection implements SocketEvents {
  readonly #options: ConnectionOptions;
  readonly #over = new AbortController();
  readonly #ready = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<End>();
  readonly #pending = new Pending();
  /** What was said of channels, by number. */
  readonly #announced = new Map<number, { readonly said: string; readonly contentType: string }>();
  #socket: StreamSocket | undefined;
  #heartbeat: Heartbeat | undefined;
  #outgoing: Outgoing | undefined;
  #limits: ReceiverLimits = receiverLimits({ type: "hello", software: "" });
  #bodies = new Bodies(this.#limits);
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
    this.#over.abort();
    this.#outgoing?.close();
    const said = oneLine(reason.replaceAll(this.#options.secret, "…"));
    this.#ended.resolve({ code, reason: said, wasReady: this.#wasReady });
    this.#ready.resolve(false);
    this.#pending.close(`the stream broke off: ${said === "" ? code : `${code} ${said}`}`);
  }

  /** Ends it, and all that is under way on it. */
  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
    this.closed(code, reason);
  }

  /** Says what a channel stands for, unless that is known. Its last type stays where none is given. */
  announce(channel: Channel, contentType?: string): void {
    const { number, target, mode, ttlMs, intervalMs, labels, paramsAllowed } = channel;
    const rest = [mode, ttlMs, intervalMs, labels, paramsAllowed];
    const before = this.#announced.get(number);
    const type = contentType ?? before?.contentType ?? "";
    const said = JSON.stringify(rest);
    if (before?.said === said && before.contentType === type) return;
    this.#announced.set(number, { said, contentType: type });
    this.#send({
      type: "target",
      channel: number,
      ...target,
      mode,
      ttlMs,
      intervalMs,
      contentType: type,
      labels: writeLabels(labels),
      paramsAllowed,
    });
  }

  /** A channel is no more. */
  end({ number }: Channel): void {
    if (!this.#announced.delete(number)) return;
    this.#bodies.forget(number);
    this.#send({ type: "end", channel: number, forget: false });
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
    const { promise, resolve } = Promise.withResolvers<Settled>();
    let number: number | undefined;
    const settle = (settled: Settled) => {
      signal.removeEventListener("abort", giveUp);
      sending?.abort();
      resolve(settled);
    };
    const giveUp = () => {
      if (number !== undefined) this.#pending.remove(number);
      settle({ kind: "lost", reason: "" });
    };
    signal.addEventListener("abort", giveUp);
    const sending = this.#outgoing?.put({
      sentBytes: content.sentBytes,
      begin: (own) => {
        this.#pending.add(number = own, settle);
        return content.begin();
      },
      sent: (bodyBytes) => content.sent(bodyBytes),
    });
    if (this.#over.signal.aborted) settle({ kind: "lost", reason: "the stream broke off" });
    else if (signal.aborted) giveUp();
    return promise;
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
        this.#announced.delete(frame.channel);
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
    const maxBasesBytes = Math.floor(this.#limits.maxBasesBytes * this.#options.basesShare);
    this.#bodies = new Bodies({ ...this.#limits, maxBasesBytes });
    if (this.#outgoing) this.#outgoing.maxUnfinishedBytes = this.#limits.maxUnfinishedBytes;
    this.#ready.resolve(true);
  }

  #send(frame: Frame): void {
    this.#outgoing?.send(frame);
  }
}
