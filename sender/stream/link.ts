// The way to one receiver: a stream that is opened again whenever it ends, or, where there
// can't be one, the word that PUT is to be used for a while.

import { CLOSE } from "../../protocol/stream/mod.ts";
import type { DeliveryFailed } from "../delivery.ts";
import { within } from "../timing.ts";
import type { OnDemandSource } from "./answer.ts";
import { Attempts, type AttemptsOptions, type Waiting } from "./attempts.ts";
import { type Channel, type ChannelInfo, Channels } from "./channel.ts";
import { Connection } from "./connection.ts";
import { Offers } from "./offers.ts";
import { MAX_SCRAPES, ScrapeDesk } from "./scrape_desk.ts";
import type { OpenSocket } from "./socket.ts";
import { Waiters, type Way } from "./waiters.ts";

/** What a link works with. */
export interface LinkOptions extends AttemptsOptions {
  readonly openSocket: OpenSocket;
  /** Who this is. */
  readonly software: string;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
}

/** Long enough for three SYNs to be lost, and short enough to be tried again soon. */
const OPEN_TIMEOUT_MS = 8_000;
/** An attempt that took so long before it failed was itself a wait. */
const HUNG_MS = 5_000;
/** A fault of this program is none of the receiver's: it is not to wait for long. */
const FAULT_MS = 30_000;
/** Where a receiver had no room at all for bases, so much is tried the next time. */
const MIN_BASES_BYTES = 1_024;

/** Keeps a stream open for as long as it has channels. */
export class Link {
  readonly #options: LinkOptions;
  readonly #stopping = new AbortController();
  readonly #channels = new Channels();
  readonly #desk: ScrapeDesk;
  readonly #offers: Offers;
  readonly #attempts: Attempts;
  readonly #waiters = new Waiters();
  #connection: Connection | undefined;
  /** Kept for deltas at most, whatever the receiver has room for. */
  #maxBasesBytes = Infinity;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#desk = new ScrapeDesk(options);
    this.#offers = new Offers({ timing: options.timing, desk: this.#desk });
    this.#attempts = new Attempts(options);
    this.#run().catch(() => {}); // only its end ends a wait early
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
    if (this.#connection !== undefined) this.#offers.announce(channel, this.#connection);
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
    if (this.#attempts.usesPut) return { kind: "put" };
    return this.#waiters.way(signal, () => {
      return { kind: "failed", failure: this.#attempts.lastFailure ?? NOT_OPEN };
    });
  }

  /** Resolves when the next stream opens, or the signal aborts. */
  opened(signal: AbortSignal): Promise<void> {
    return this.#waiters.stream(signal);
  }

  /** Says goodbye, and comes never again. */
  stop(): void {
    this.#stopping.abort();
    this.#connection?.close(CLOSE.done, "");
    this.#waiters.settle({ kind: "failed", failure: NOT_OPEN });
  }

  async #run(): Promise<void> {
    const { timing, log, receiver } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#session().catch((error) => {
        if (!signal.aborted) log.error("stream given up", { receiver, error });
        return FAULT_MS;
      });
      await timing.wait(waitMs, signal);
    }
  }

  /** One connection from its opening to its end. Returns how long to wait for the next one. */
  async #session(): Promise<number> {
    const { openSocket, software, timing, secret } = this.#options;
    const { signal } = this.#stopping;
    const startedMs = timing.now();
    const connection = new Connection({
      events: {
        scrape: (frame) => this.#desk.scrape(frame, connection),
        cancel: (frame) => this.#desk.cancel(frame, connection),
        targetRefused: (frame) => void this.#offers.refused(frame, connection),
      },
      hello: { type: "hello", software, maxScrapes: MAX_SCRAPES },
      ...{ timing, secret, maxBasesBytes: this.#maxBasesBytes },
    });
    const opened = await within(
      OPEN_TIMEOUT_MS,
      { timing, signal },
      (deadline) => openSocket(connection, deadline),
    );
    if (!opened.ok) {
      const waitMs = this.#attempts.notOpened(opened.failure, opened.unfit, this.#waiting);
      this.#notOpen(opened.failure);
      if (opened.failure.retryAfterMs !== undefined) return waitMs;
      return waitLeft(waitMs, timing.now() - startedMs);
    }
    connection.start(opened.socket, opened);
    const close = () => connection.close(CLOSE.done, "");
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
    if (await connection.ready) this.#use(connection);
    const openedMs = timing.now();
    const end = await connection.ended;
    signal.removeEventListener("abort", close);
    this.#connection = undefined;
    this.#maxBasesBytes = end.code === CLOSE.no_room
      ? Math.floor(connection.bodies.keptBytes / 2)
      : Math.max(MIN_BASES_BYTES, this.#maxBasesBytes * 2);
    const waitMs = this.#attempts.ended(end, timing.now() - openedMs, this.#waiting);
    // Who waits since a stream has ended waits for the next one.
    if (!end.wasReady || this.#attempts.usesPut) this.#notOpen();
    return end.wasReady ? waitMs : waitLeft(waitMs, timing.now() - startedMs);
  }

  #use(connection: Connection): void {
    this.#connection = connection;
    this.#attempts.opened();
    this.#offers.announceAll(connection);
    this.#waiters.settle({ kind: "stream", connection });
  }

  get #waiting(): Waiting {
    let intervalMs = Infinity;
    for (const channel of this.#channels) intervalMs = Math.min(intervalMs, channel.intervalMs);
    return { intervalMs, onDemand: this.#desk.size };
  }

  #notOpen(failure = this.#attempts.lastFailure ?? NOT_OPEN): void {
    this.#waiters.settle(this.#attempts.usesPut ? { kind: "put" } : { kind: "failed", failure });
  }
}

const NOT_OPEN: DeliveryFailed = {
  ok: false,
  refused: false,
  retriable: true,
  reason: "the stream is not open",
};

function waitLeft(waitMs: number, tookMs: number): number {
  return tookMs < HUNG_MS ? waitMs : Math.max(0, waitMs - tookMs);
}
