// Where a receiver's scrapes arrive: each goes to the source of its channel, and to no other.

import { oneLine } from "../../protocol/mod.ts";
import type { CancelFrame, RefusalInfo, ScrapeFrame } from "../../protocol/stream/mod.ts";
import type { Log } from "../log.ts";
import { refusedDelivery } from "../refusal.ts";
import type { Timing } from "../timing.ts";
import { answerScrape, type NoAnswer, type OnDemandSource } from "./answer.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { readRefusal } from "./read_refusal.ts";

interface UnderWay {
  readonly channel: Channel;
  readonly connection: Connection;
  readonly stopping: AbortController;
}

/** So many scrapes may be under way on one stream. */
export const MAX_SCRAPES = 100;
/** With those whose answers are sent, and still wait for the receiver's word. */
const MAX_UNSETTLED = 2 * MAX_SCRAPES;

/** What a desk works with. */
export interface DeskOptions {
  readonly timing: Timing;
  readonly log: Log;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
}

/** Takes scrapes, and sees to their answers. */
export class ScrapeDesk {
  readonly #options: DeskOptions;
  readonly #sources = new Map<number, { channel: Channel; source: OnDemandSource }>();
  readonly #underWay = new Map<number, UnderWay>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Those that are on demand. */
  get channels(): Channel[] {
    return Array.from(this.#sources.values(), ({ channel }) => channel);
  }

  /** How many are on demand. */
  get size(): number {
    return this.#sources.size;
  }

  add(channel: Channel, source: OnDemandSource): void {
    this.#sources.set(channel.number, { channel, source });
  }

  has(channel: Channel): boolean {
    return this.#sources.get(channel.number)?.channel === channel;
  }

  /** Afterwards nothing of the channel is sent any more. */
  remove(channel: Channel): void {
    if (!this.has(channel)) return;
    this.#sources.delete(channel.number);
    for (const underWay of this.#underWay.values()) {
      if (underWay.channel === channel) underWay.stopping.abort();
    }
  }

  /** The receiver won't have a target. The channel, if it is on demand. */
  refused({ channel, ...refusal }: RefusalInfo & { readonly channel: number }) {
    const entry = this.#sources.get(channel);
    entry?.source.refused(refusedDelivery(readRefusal(refusal, this.#options.secret)).reason);
    return entry?.channel;
  }

  /** The receiver takes no more than so many channels on a stream. */
  tooMany({ number }: Channel, maxChannels: number): void {
    this.#sources.get(number)?.source.refused(
      `the receiver takes ${maxChannels} targets on a stream, and this is one more`,
    );
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
    const { timing, secret, log } = this.#options;
    const stopping = new AbortController();
    const underWay = { channel: entry.channel, connection, stopping };
    // The number of a request that is answered may come again before there is a word on that.
    this.#underWay.get(request)?.stopping.abort();
    this.#underWay.set(request, underWay);
    const stop = () => stopping.abort();
    connection.signal.addEventListener("abort", stop);
    answerScrape(frame, { ...entry, connection, timing, secret }, stopping.signal)
      .catch((error) => {
        if (stopping.signal.aborted) return;
        log.error("scrape on demand failed", { error });
        connection.send({ type: "no_answer", request, ...FAULT });
      })
      .finally(() => {
        connection.signal.removeEventListener("abort", stop);
        if (this.#underWay.get(request) === underWay) this.#underWay.delete(request);
      });
  }

  #whyNot({ params }: ScrapeFrame, { paramsAllowed }: Channel): NoAnswer | undefined {
    if (this.#underWay.size >= MAX_UNSETTLED) return BUSY;
    for (const name of new URLSearchParams(params).keys()) {
      if (paramsAllowed.includes(name)) continue;
      const detail = `parameter ${JSON.stringify(oneLine(name))} is not allowed (params_allowed)`;
      return { status: 400, cause: "source_refused", detail };
    }
    return undefined;
  }
}

const GONE: NoAnswer = { status: 503, cause: "source_refused", detail: "the target is gone" };
const BUSY: NoAnswer = {
  status: 503,
  cause: "source_refused",
  detail: "too many scrapes are under way at the sender",
};
const FAULT: NoAnswer = { status: 502, cause: "source_invalid", detail: "the sender has a fault" };
