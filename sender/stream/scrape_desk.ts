// Where a receiver's scrapes arrive: each goes to the source of its channel, and to no other,
// and comes back as an answer or as the reason why there is none.

import { oneLine, type SourceFailure } from "../../protocol/mod.ts";
import {
  type CancelFrame,
  NO_BASE,
  type NoAnswerFrame,
  type RefusalInfo,
  type ScrapeFrame,
} from "../../protocol/stream/mod.ts";
import type { DeliveryResult } from "../delivery.ts";
import type { Log } from "../log.ts";
import { refusedDelivery } from "../refusal.ts";
import type { Scraped, ScrapeResult } from "../report.ts";
import { type Timing, within } from "../timing.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { readRefusal } from "./read_refusal.ts";

/** What a scraper wants. */
export interface Ask {
  /** Empty: nothing was said. */
  readonly accept: string;
  readonly params: URLSearchParams;
  readonly timeoutMs: number;
}

/** A source that is asked when somebody wants to know. */
export interface OnDemandSource {
  /** Rejects only where the signal aborts without a timeout. */
  ask(ask: Ask, signal: AbortSignal): Promise<ScrapeResult>;
  /** What became of an answer on its way to the receiver. */
  answered(scraped: Scraped, result: DeliveryResult, durationMs: number): void;
  /** The receiver won't have the target. */
  refused(reason: string): void;
}

interface UnderWay {
  readonly connection: Connection;
  readonly stopping: AbortController;
}

/** So many scrapes may be under way on one stream. */
export const MAX_SCRAPES = 100;
const MAX_TRIES = 3;
const MAX_CONTENT_TYPE_BYTES = 1_024;
/** Whoever refuses an answer does so within this. */
const REFUSED_WITHIN_MS = 5_000;

/** What comes instead of an answer. */
type NoAnswer = Pick<NoAnswerFrame, "status" | "cause" | "detail">;

/** Takes scrapes, and sees to their answers. */
export class ScrapeDesk {
  readonly #timing: Timing;
  readonly #log: Log;
  readonly #secret: string;
  readonly #sources = new Map<number, { channel: Channel; source: OnDemandSource }>();
  readonly #underWay = new Map<number, UnderWay>();

  constructor({ timing, log, secret }: {
    readonly timing: Timing;
    readonly log: Log;
    /** Must not be told by what a receiver says. */
    readonly secret: string;
  }) {
    this.#timing = timing;
    this.#log = log;
    this.#secret = secret;
  }

  /** Whether nothing is on demand. */
  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  /** Those that are on demand. */
  get channels(): Channel[] {
    return Array.from(this.#sources.values(), ({ channel }) => channel);
  }

  add(channel: Channel, source: OnDemandSource): void {
    this.#sources.set(channel.number, { channel, source });
  }

  has(channel: Channel): boolean {
    return this.#sources.get(channel.number)?.channel === channel;
  }

  remove(channel: Channel): void {
    if (this.has(channel)) this.#sources.delete(channel.number);
  }

  /** The receiver won't have a target. The channel, if it is on demand. */
  refused({ channel, ...refusal }: RefusalInfo & { readonly channel: number }) {
    const entry = this.#sources.get(channel);
    entry?.source.refused(refusedDelivery(readRefusal(refusal, this.#secret)).reason);
    return entry?.channel;
  }

  /** Nobody waits for this answer any more. */
  cancel({ request }: CancelFrame, connection: Connection): void {
    const underWay = this.#underWay.get(request);
    if (underWay?.connection !== connection) return;
    underWay.stopping.abort();
    this.#underWay.delete(request);
  }

  /** Answers a scrape, sooner or later. */
  scrape(frame: ScrapeFrame, connection: Connection): void {
    const { request } = frame;
    const entry = this.#sources.get(frame.channel);
    const refusal = entry === undefined ? GONE : this.#whyNot(frame, entry.channel);
    if (refusal !== undefined || entry === undefined) {
      return connection.send({ type: "no_answer", request, ...refusal ?? GONE });
    }
    const stopping = new AbortController();
    const underWay = { connection, stopping };
    // The number of a request that was cancelled may come again before its scrape has ended.
    this.#underWay.get(request)?.stopping.abort();
    this.#underWay.set(request, underWay);
    const stop = () => stopping.abort();
    connection.signal.addEventListener("abort", stop);
    this.#answer(frame, { ...entry, connection, signal: stopping.signal })
      .catch((error) => {
        if (stopping.signal.aborted) return;
        this.#log.error("scrape on demand failed", { error });
        connection.send({ type: "no_answer", request, ...FAULT });
      })
      .finally(() => {
        connection.signal.removeEventListener("abort", stop);
        if (this.#underWay.get(request) === underWay) this.#underWay.delete(request);
      });
  }

  #whyNot({ params }: ScrapeFrame, { paramsAllowed }: Channel): NoAnswer | undefined {
    if (this.#underWay.size >= MAX_SCRAPES) return BUSY;
    for (const name of new URLSearchParams(params).keys()) {
      if (paramsAllowed.includes(name)) continue;
      const detail = `parameter ${JSON.stringify(oneLine(name))} is not allowed (params_allowed)`;
      return { status: 400, cause: "source_refused", detail };
    }
    return undefined;
  }

  async #answer(frame: ScrapeFrame, to: Omit<Answering, "request">): Promise<void> {
    const { request, accept, timeoutMs } = frame;
    const { source, connection, signal } = to;
    const startedMs = this.#timing.now();
    const params = new URLSearchParams(frame.params);
    const scraped = await source.ask({ accept, params, timeoutMs }, signal);
    if (signal.aborted) return;
    const leftMs = Math.max(1, startedMs + timeoutMs - this.#timing.now());
    const none = scraped.ok
      ? await within(
        leftMs,
        { timing: this.#timing, signal },
        (deadline) => this.#send(scraped, { ...to, request, signal: deadline }),
      )
      : noAnswerFor(scraped.failure);
    if (none !== undefined && !signal.aborted) {
      connection.send({ type: "no_answer", request, ...none });
    }
  }

  /** Sends an answer until it is on its way. Returns why there is none, or `undefined`. */
  async #send(scraped: Scraped, to: Answering, tries = 1): Promise<NoAnswer | undefined> {
    const { request, channel, source, connection, signal } = to;
    const { contentType = "" } = scraped;
    if (new TextEncoder().encode(contentType).byteLength > MAX_CONTENT_TYPE_BYTES) {
      return { status: 502, cause: "source_invalid", detail: "Content-Type is too long" };
    }
    const startedMs = this.#timing.now();
    const body = await connection.bodies.prepare(channel, scraped);
    if ("status" in body) {
      const cause = body.status === 413 ? "source_too_large" : "source_invalid";
      return { status: 502, cause, detail: body.text };
    }
    const sent = Promise.withResolvers<number>();
    const stopping = new AbortController();
    const stop = () => stopping.abort();
    signal.addEventListener("abort", stop);
    const settled = connection.put({
      sentBytes: body.sentBytes,
      begin: () => ({
        head: { type: "answer", channel: channel.number, request, contentType },
        body: body.make(),
      }),
      sent(bodyBytes) {
        body.sent();
        sent.resolve(bodyBytes);
      },
    }, stopping.signal);
    if (signal.aborted) stop();
    const outcome = await Promise.race([sent.promise, settled]);
    if (typeof outcome !== "number") {
      return outcome.kind === "refused" ? this.#refused(outcome.refusal) : TOO_SLOW;
    }
    const durationMs = this.#timing.now() - startedMs;
    source.answered(scraped, { ok: true, bodyBytes: outcome }, durationMs);
    // There is never a word on an answer that is taken: after a while there will be none.
    this.#timing.wait(REFUSED_WITHIN_MS, connection.signal).then(stop, stop);
    settled.then(async (settled) => {
      if (settled.kind !== "refused") return;
      connection.bodies.forget(channel.number);
      const again = settled.refusal.reason === NO_BASE && tries < MAX_TRIES;
      const none = again
        ? await this.#send(scraped, { ...to, signal: connection.signal }, tries + 1)
        : this.#refused(settled.refusal);
      if (none !== undefined) connection.send({ type: "no_answer", request, ...none });
    }).catch((error) => this.#log.error("scrape on demand failed", { error }));
    return undefined;
  }

  #refused(refusal: RefusalInfo): NoAnswer {
    const { reason } = refusedDelivery(readRefusal(refusal, this.#secret));
    return { status: 502, cause: "push_refused", detail: reason };
  }
}

interface Answering {
  readonly request: number;
  readonly channel: Channel;
  readonly source: OnDemandSource;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

const GONE: NoAnswer = { status: 503, cause: "source_refused", detail: "the target is gone" };
const BUSY: NoAnswer = {
  status: 503,
  cause: "source_refused",
  detail: `${MAX_SCRAPES} scrapes are under way at the sender`,
};
const FAULT: NoAnswer = { status: 502, cause: "source_invalid", detail: "the sender has a fault" };
const TOO_SLOW: NoAnswer = {
  status: 504,
  cause: "source_timeout",
  detail: "the way from the sender took too long",
};

function noAnswerFor({ cause, detail }: SourceFailure): NoAnswer {
  return { status: cause === "source_timeout" ? 504 : 502, cause, detail: oneLine(detail) };
}
