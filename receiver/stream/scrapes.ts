// Scrapes on their way down a stream: who waits for which answer, and for how long.

import type { ScrapeFrame } from "../../protocol/stream/mod.ts";
import type { Reading, ScrapeRequest } from "../snapshot.ts";

/** What the scrapes of a stream work with. */
export interface ScrapesOptions {
  readonly send: (frame: ScrapeFrame | { type: "cancel"; request: number }) => void;
  /** How many the sender takes at once. */
  readonly maxScrapes: number;
}

interface Asked {
  readonly request: number;
  readonly channel: number;
  /** What the sender was given. */
  readonly timeoutMs: number;
  readonly waiting: Set<(reading: Reading) => void>;
  /** Once it is answered. */
  reading: Reading | undefined;
}

/** Who comes within so long after another, with the same wishes, shares its answer. */
const SHARE_MS = 100;
/** Where the scraper doesn't say how long it waits: Prometheus's own default. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** What the way of an answer may take. */
const MAX_MARGIN_MS = 500;
const MAX_REQUEST = 2 ** 31;

/** Asks the sources of one stream. */
export class Scrapes {
  readonly #options: ScrapesOptions;
  readonly #open = new Map<number, Asked>();
  readonly #shared = new Map<string, Asked>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #last = 0;
  #gone: Reading | undefined;

  constructor(options: ScrapesOptions) {
    this.#options = options;
  }

  /** The channel of a request that is open. */
  channelOf(request: number): number | undefined {
    return this.#open.get(request)?.channel;
  }

  /** Resolves with what the source says, or why there is nothing, within the scraper's time. */
  ask(channel: number, request: ScrapeRequest): Promise<Reading> | Reading {
    if (this.#gone !== undefined) return this.#gone;
    const { timeoutMs = DEFAULT_TIMEOUT_MS, accept, params } = request;
    const marginMs = Math.min(MAX_MARGIN_MS, timeoutMs / 5);
    const forSenderMs = Math.max(1, Math.floor(timeoutMs - marginMs));
    const key = `${channel}\n${accept}\n${params}`;
    let asked = this.#shared.get(key);
    // Who has less patience must not decide for who has more.
    if (asked === undefined || asked.timeoutMs < forSenderMs) {
      if (this.#open.size >= this.#options.maxScrapes) return TOO_MANY;
      asked = this.#start(key, {
        ...{ type: "scrape", channel, accept, params },
        request: this.#next(),
        timeoutMs: forSenderMs,
      });
    }
    return asked.reading ?? this.#wait(asked, {
      // Half the margin is the receiver's: a sender that knows why tells it first.
      timeoutMs: timeoutMs - marginMs / 2,
      signal: request.signal,
    });
  }

  /** An answer, or why there is none. Returns whether somebody waited for it. */
  answer(request: number, reading: Reading): boolean {
    const asked = this.#open.get(request);
    if (asked === undefined) return false;
    this.#open.delete(request);
    asked.reading = reading;
    for (const resolve of asked.waiting) resolve(reading);
    return true;
  }

  /** Nobody waits for the channel's answers any more: it is no more. */
  endChannel(channel: number, reading: Reading): void {
    for (const [key, asked] of this.#shared) {
      if (asked.channel === channel) this.#shared.delete(key);
    }
    for (const asked of this.#open.values()) {
      if (asked.channel === channel) this.answer(asked.request, reading);
    }
  }

  /** The stream is no more. */
  clear(reading: Reading): void {
    this.#gone = reading;
    this.#shared.clear();
    for (const { request } of this.#open.values()) this.answer(request, reading);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #start(key: string, frame: ScrapeFrame): Asked {
    const { request, channel, timeoutMs } = frame;
    const asked = { request, channel, timeoutMs, waiting: new Set<never>(), reading: undefined };
    this.#open.set(request, asked);
    this.#shared.set(key, asked);
    this.#options.send(frame);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#shared.get(key) === asked) this.#shared.delete(key);
    }, SHARE_MS);
    this.#timers.add(timer);
    return asked;
  }

  #wait(
    asked: Asked,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Reading> {
    const { promise, resolve } = Promise.withResolvers<Reading>();
    const leave = (reading: Reading) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", goAway);
      asked.waiting.delete(leave);
      resolve(reading);
      if (asked.waiting.size === 0 && this.#open.delete(asked.request)) this.#cancel(asked);
    };
    const goAway = () => leave(TOO_LATE);
    const timer = setTimeout(goAway, timeoutMs);
    signal.addEventListener("abort", goAway);
    asked.waiting.add(leave);
    return promise;
  }

  #cancel(asked: Asked): void {
    for (const [key, shared] of this.#shared) if (shared === asked) this.#shared.delete(key);
    this.#options.send({ type: "cancel", request: asked.request });
  }

  #next(): number {
    do this.#last = (this.#last + 1) % MAX_REQUEST; while (this.#open.has(this.#last));
    return this.#last;
  }
}

/** A scraper's own time is over before anything came. */
const TOO_LATE: Reading = {
  state: "source_failed",
  cause: "source_timeout",
  reason: "no answer in the time of the scrape",
  isLate: true,
};

const TOO_MANY: Reading = {
  state: "silent",
  cause: "source_timeout",
  reason: "too many scrapes are under way at the sender",
};
