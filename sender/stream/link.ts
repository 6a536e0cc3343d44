// The way to one receiver: a stream that is opened again whenever it ends, or, where there
// can't be one, the word that PUT is to be used for a while.

import { CLOSE, type TargetRefusedFrame } from "../../protocol/stream/mod.ts";
import { backoffMs } from "../backoff.ts";
import { Condition } from "../condition.ts";
import type { DeliveryFailed } from "../delivery.ts";
import type { Log } from "../log.ts";
import { type Timing, within } from "../timing.ts";
import { type Channel, type ChannelInfo, Channels } from "./channel.ts";
import { Connection } from "./connection.ts";
import { MAX_SCRAPES, type OnDemandSource, ScrapeDesk } from "./scrape_desk.ts";
import type { OpenSocket } from "./socket.ts";

/** What a link works with. */
export interface LinkOptions {
  readonly openSocket: OpenSocket;
  /** Who this is. */
  readonly software: string;
  readonly timing: Timing;
  readonly log: Log;
  /** How the receiver is named in the log. */
  readonly receiver: string;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
}

/** How to get something to the receiver just now. */
export type Way =
  | { readonly kind: "stream"; readonly connection: Connection }
  | { readonly kind: "put" }
  | { readonly kind: "failed"; readonly failure: DeliveryFailed };

/** Long enough for three SYNs to be lost, and short enough to be tried again soon. */
const OPEN_TIMEOUT_MS = 8_000;
/** With an attempt that hangs before it, less than the 15 s after which all is to be fresh. */
const MAX_BACKOFF_MS = 5_000;
/** Who lived so long was no failure. */
const STEADY_MS = 10_000;
/** What may be the way's fault, or just a receiver that starts, is so many times in a row. */
const MAX_BREAKS = 3;
/** How long PUT is used where there can be no stream, and where there may be one soon. */
const PUT_MS = 10 * 60_000;
const PUT_BRIEFLY_MS = 60_000;
/** The same where something is on demand, which no PUT helps. */
const NO_PUT_MS = 8_000;
/** After which a target that was refused is announced again. */
const REFUSED_MS = 10_000;

/** Keeps a stream open for as long as it has channels. */
export class Link {
  readonly #options: LinkOptions;
  readonly #stopping = new AbortController();
  readonly #channels = new Channels();
  readonly #desk: ScrapeDesk;
  readonly #waiters = new Set<(way: Way) => void>();
  /** Who is told when a stream opens. */
  readonly #hopers = new Set<() => void>();
  readonly #opening: Condition;
  readonly #fitness: Condition;
  #connection: Connection | undefined;
  #usesPut = false;
  #failures = 0;
  #breaks = 0;
  #failingSinceMs: number | undefined;
  #basesShare = 1;
  #lastFailure: DeliveryFailed | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { log, receiver, timing, secret } = options;
    this.#desk = new ScrapeDesk({ timing, log, secret });
    this.#opening = new Condition(log, { receiver }, {
      bad: "stream failing",
      good: "stream recovered",
    });
    this.#fitness = new Condition(log, { receiver }, {
      bad: "pushing by PUT",
      good: "streaming again",
    });
    this.#run().catch((error) => {
      if (!this.#stopping.signal.aborted) log.error("stream given up", { receiver, error });
    });
  }

  /** How many channels are open. */
  get size(): number {
    return this.#channels.size;
  }

  /** Opens a channel for a target that is pushed. */
  open(info: ChannelInfo): Channel {
    return this.#channels.open(info);
  }

  /** Opens a channel for a target that is on demand. */
  offer(info: ChannelInfo, source: OnDemandSource): Channel {
    const channel = this.#channels.open(info);
    this.#desk.add(channel, source);
    this.#connection?.announce(channel);
    return channel;
  }

  /** Closes a channel of either kind. */
  close(channel: Channel): void {
    if (!this.#channels.close(channel)) return;
    this.#desk.remove(channel);
    this.#connection?.end(channel);
  }

  /** The stream if it is open, else what comes of the next attempt to open it. */
  way(signal: AbortSignal): Way | Promise<Way> {
    if (this.#connection !== undefined) return { kind: "stream", connection: this.#connection };
    if (this.#usesPut) return { kind: "put" };
    const { promise, resolve } = Promise.withResolvers<Way>();
    const settle = (way: Way) => {
      signal.removeEventListener("abort", giveUp);
      this.#waiters.delete(settle);
      resolve(way);
    };
    const giveUp = () => settle({ kind: "failed", failure: this.#lastFailure ?? NOT_OPEN });
    this.#waiters.add(settle);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    return promise;
  }

  /** Resolves when the next stream opens, or the signal aborts. */
  opened(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = () => {
      signal.removeEventListener("abort", settle);
      this.#hopers.delete(settle);
      resolve();
    };
    this.#hopers.add(settle);
    signal.addEventListener("abort", settle);
    if (signal.aborted) settle();
    return promise;
  }

  /** Says goodbye, and comes never again. */
  stop(): void {
    this.#stopping.abort();
    this.#connection?.close(CLOSE.done, "");
    this.#settle({ kind: "failed", failure: NOT_OPEN });
  }

  async #run(): Promise<void> {
    const { timing } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#session();
      await timing.wait(waitMs, signal);
    }
  }

  /** One connection from its opening to its end. Returns how long to wait for the next one. */
  async #session(): Promise<number> {
    const { openSocket, software, timing, secret } = this.#options;
    const { signal } = this.#stopping;
    const basesShare = this.#basesShare;
    const connection = new Connection({
      events: {
        scrape: (frame) => this.#desk.scrape(frame, connection),
        cancel: (frame) => this.#desk.cancel(frame, connection),
        targetRefused: (frame) => this.#targetRefused(frame, connection),
      },
      hello: { type: "hello", software, maxScrapes: MAX_SCRAPES },
      timing,
      secret,
      basesShare,
    });
    const opened = await within(
      OPEN_TIMEOUT_MS,
      { timing, signal },
      (deadline) => openSocket(connection, deadline),
    );
    if (!opened.ok) {
      return this.#notOpened(opened.failure, opened.unfit);
    }
    connection.start(opened.socket, opened);
    const close = () => connection.close(CLOSE.done, "");
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    if (await connection.ready) this.#use(connection);
    const openedMs = timing.now();
    const { code, reason, wasReady } = await connection.ended;
    signal.removeEventListener("abort", close);
    this.#connection = undefined;
    if (code === CLOSE.protocol) return this.#notOpened(broken(code, reason), "yes");
    if (!wasReady) return this.#notOpened(broken(code, reason), "perhaps");
    if (code === CLOSE.no_room) this.#basesShare /= 2;
    if (timing.now() - openedMs >= STEADY_MS) this.#failures = 0;
    this.#failures++;
    this.#lastFailure = broken(code, reason);
    // All senders of a receiver that stops are told so at once.
    return code === CLOSE.going ? timing.random() * this.#maxBackoffMs : this.#backoffMs();
  }

  #use(connection: Connection): void {
    this.#connection = connection;
    this.#usesPut = false;
    this.#breaks = 0;
    this.#failingSinceMs = undefined;
    this.#opening.report(undefined);
    this.#fitness.report(undefined);
    for (const channel of this.#desk.channels) connection.announce(channel);
    this.#settle({ kind: "stream", connection });
    for (const tell of [...this.#hopers]) tell();
  }

  /** What is pushed is refused each time; what is on demand is announced again after a while. */
  async #targetRefused(frame: TargetRefusedFrame, connection: Connection): Promise<void> {
    const { timing } = this.#options;
    const channel = this.#desk.refused(frame);
    if (channel === undefined) return;
    const waitMs = Math.max(frame.retryAfterS * 1000, REFUSED_MS) * (1 + timing.random() / 2);
    try {
      await timing.wait(waitMs, connection.signal);
    } catch {
      return; // the next connection announces all anew
    }
    if (this.#desk.has(channel)) connection.announce(channel);
  }

  #notOpened(failure: DeliveryFailed, unfit: "no" | "perhaps" | "yes"): number {
    const { timing } = this.#options;
    this.#failures++;
    this.#lastFailure = failure;
    this.#breaks = unfit === "no" ? 0 : this.#breaks + 1;
    if (unfit === "yes" || this.#breaks >= MAX_BREAKS) {
      this.#usesPut = true;
      this.#fitness.report(failure.reason + this.#whoWaits());
      this.#settle({ kind: "put" });
      const putMs = unfit === "yes" ? PUT_MS : PUT_BRIEFLY_MS;
      return (this.#desk.isEmpty ? putMs : NO_PUT_MS) * (1 + timing.random() / 2);
    }
    this.#failingSinceMs ??= timing.now();
    const failingMs = timing.now() - this.#failingSinceMs;
    // What gets through a moment later is nobody's trouble.
    if (!failure.retriable || failingMs >= this.#maxBackoffMs) this.#opening.report(failure.reason);
    this.#settle({ kind: "failed", failure });
    if (!failure.retriable) return this.#maxBackoffMs * (1 + timing.random());
    return this.#backoffMs(failure.retryAfterMs);
  }

  /** What is on demand has no other way. */
  #whoWaits(): string {
    const { length } = this.#desk.channels;
    return length === 0 ? "" : `; on demand, and waiting for a stream: ${length}`;
  }

  /** The shortest interval of all that wait for it. */
  get #maxBackoffMs(): number {
    let intervalMs = MAX_BACKOFF_MS;
    for (const channel of this.#channels) intervalMs = Math.min(intervalMs, channel.intervalMs);
    return intervalMs;
  }

  #backoffMs(retryAfterMs?: number): number {
    const setback = { failures: this.#failures, intervalMs: this.#maxBackoffMs, retryAfterMs };
    return backoffMs(setback, this.#options.timing.random);
  }

  #settle(way: Way): void {
    for (const settle of [...this.#waiters]) settle(way);
  }
}

const NOT_OPEN: DeliveryFailed = {
  ok: false,
  refused: false,
  retriable: true,
  reason: "the stream is not open",
};

function broken(code: number, reason: string): DeliveryFailed {
  const said = reason === "" ? "" : ` ${reason}`;
  return {
    ok: false,
    refused: false,
    retriable: true,
    reason: `the stream broke off: ${code}${said}`,
  };
}
