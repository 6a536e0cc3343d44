// What arrives on one stream: snapshots, failures and answers, each taken whole or refused.

import {
  formatDuration,
  type SourceFailure,
  sourceFailure,
  targetPath,
} from "../../protocol/mod.ts";
import {
  type Acks,
  type AnswerFrame,
  type ChunkFrame,
  type FailureFrame,
  type Frame,
  gunzip,
  type IncomingBodies,
  type Intake,
  type NoAnswerFrame,
  type SnapshotFrame,
  type WholeBody,
} from "../../protocol/stream/mod.ts";
import type { PushRules } from "../push_rules.ts";
import { type Refusal, refusalInfo, type RefusalReason, refuse } from "../refusal.ts";
import type { Reading, Snapshot } from "../snapshot.ts";
import type { Sender } from "../push.ts";
import type { Client } from "../token_book.ts";
import { checkPacked } from "../unpack.ts";
import type { Channel, Channels } from "./channels.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { BAD_TYPE, type ChannelSaid, readContentType } from "./read_target.ts";
import type { Scrapes } from "./scrapes.ts";

/** What arrivals work with. */
export interface ArrivalsOptions {
  readonly dependencies: StreamDependencies;
  readonly rules: PushRules;
  readonly channels: Channels;
  readonly bodies: IncomingBodies;
  readonly scrapes: Scrapes;
  readonly acks: Acks;
  readonly sender: Sender;
  readonly client: () => Client;
  readonly send: (frame: Frame) => void;
}

/** A frame that came, and how much of the wire it took. */
export interface Arrived<F> {
  readonly frame: F;
  readonly messageBytes: number;
}

/** What the protocol doesn't allow about a frame; `undefined` where all is right. */
export type Fault = string | undefined;

interface UnderWay {
  readonly frame: SnapshotFrame | AnswerFrame;
  readonly startedMs: number;
  messageBytes: number;
}

/** A body of this size is unpacked at once; a larger one would keep all others waiting. */
const AT_ONCE_BYTES = 256 * 1024;

/** Takes what has a number. One frame at a time: each method is done before the next is called. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #underWay = new Map<number, UnderWay>();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  snapshot({ frame, messageBytes }: Arrived<SnapshotFrame>): Fault | Promise<Fault> {
    const { channels, rules, client } = this.#options;
    const channel = channels.get(frame.channel);
    if (channel === undefined || channel.ask !== undefined) return NO_CHANNEL;
    const refusal = this.#whyForeign(channel) ?? rules.tooManyPushes(client());
    return this.#begin({ frame, messageBytes }, refusal);
  }

  answer({ frame, messageBytes }: Arrived<AnswerFrame>): Fault | Promise<Fault> {
    const channel = this.#options.channels.get(frame.channel);
    if (channel === undefined) return NO_CHANNEL;
    const said = frame.contentType === "" || readContentType(frame.contentType, "") !== undefined;
    return this.#begin({ frame, messageBytes }, channel.refusal ?? (said ? undefined : BAD_TYPE));
  }

  failure({ frame, messageBytes }: Arrived<FailureFrame>): Fault {
    const { channels, bodies, rules, client } = this.#options;
    const channel = channels.get(frame.channel);
    if (channel === undefined || channel.ask !== undefined) return NO_CHANNEL;
    const number = bodies.countFailure();
    const refusal = this.#whyForeign(channel) ?? rules.tooManyPushes(client());
    if (refusal !== undefined) return this.#refuse(number, frame, refusal);
    return this.#store(number, frame, {
      content: sourceFailure(frame.cause, frame.detail),
      ...{ startedMs: this.#options.dependencies.now(), messageBytes },
    });
  }

  noAnswer({ request, status, cause, detail }: NoAnswerFrame): void {
    const failure = sourceFailure(cause, detail);
    const { detail: reason } = failure;
    const { scrapes } = this.#options;
    switch (status) {
      case 400:
        return void scrapes.answer(request, { state: "bad_request", reason });
      case 503:
        return void scrapes.answer(request, { state: "silent", cause: failure.cause, reason });
      default:
        return this.#fail(request, { failure, isLate: status === 504 });
    }
  }

  chunk({ frame, messageBytes }: Arrived<ChunkFrame>): Fault | Promise<Fault> {
    const { bodies } = this.#options;
    const underWay = this.#underWay.get(frame.number);
    if (underWay !== undefined) underWay.messageBytes += messageBytes;
    return this.#take(frame.number, bodies.add(frame));
  }

  abort(number: number): Fault {
    this.#underWay.delete(number);
    const intake = this.#options.bodies.abort(number);
    return intake.kind === "broken" ? intake.reason : undefined;
  }

  /** Refuses what takes too long to arrive. */
  tick(): void {
    const { bodies, dependencies: { now, limits: { bodyTimeoutMs } } } = this.#options;
    const nowMs = now();
    for (const [number, { frame, startedMs }] of this.#underWay) {
      if (nowMs - startedMs < bodyTimeoutMs) continue;
      bodies.giveUp(number);
      const detail = `body took longer than ${formatDuration(bodyTimeoutMs)}`;
      this.#refuse(number, frame, refuse("too_slow", detail));
    }
  }

  #begin(
    { frame, messageBytes }: Arrived<SnapshotFrame | AnswerFrame>,
    refusal: Refusal | undefined,
  ): Fault | Promise<Fault> {
    const { bodies, dependencies: { now } } = this.#options;
    const intake = refusal === undefined
      ? bodies.begin(frame)
      : bodies.refuse(frame, refusalInfo(refusal));
    const number = bodies.lastNumber;
    // Without its payload: that is the whole message.
    this.#underWay.set(number, {
      frame: { ...frame, payload: NOTHING },
      startedMs: now(),
      messageBytes,
    });
    return this.#take(number, intake);
  }

  #take(number: number, intake: Intake): Fault | Promise<Fault> {
    switch (intake.kind) {
      case "waiting":
        return undefined;
      case "broken":
        return intake.reason;
      case "refused": {
        const { reason, detail, retryAfterS } = intake.refusal;
        const frame = this.#underWay.get(number)?.frame;
        if (frame === undefined) return undefined;
        const refusal = refuse(reason as RefusalReason, detail);
        return this.#refuse(number, frame, { ...refusal, retryAfterS });
      }
      case "whole":
        return this.#check(intake);
    }
  }

  /** A body in gzip that nobody has unpacked so far may be damaged all the same. */
  #check(whole: WholeBody): Fault | Promise<Fault> {
    const { encoding, body, unpacked, frame: { bodyBytes } } = whole;
    if (encoding === "identity" || unpacked !== undefined) return this.#finish(whole);
    if (bodyBytes <= AT_ONCE_BYTES) return this.#finish(whole, free(gunzip(body, bodyBytes)));
    return checkPacked(body, "gzip", bodyBytes).then((checked) => {
      const { channels } = this.#options;
      const channel = channels.get(whole.frame.channel);
      const foreign = channel === undefined ? undefined : this.#whyForeign(channel);
      if (foreign !== undefined) return this.#refuse(whole.number, whole.frame, foreign);
      return this.#finish(whole, checked.ok && checked.unpackedBytes === bodyBytes);
    });
  }

  #finish(whole: WholeBody, isSound = true): Fault {
    const { number, frame, unpacked } = whole;
    const underWay = this.#underWay.get(number);
    this.#underWay.delete(number);
    if (!isSound) {
      return this.#refuse(number, frame, refuse("broken_body", "gzip body is damaged or cut"));
    }
    const channel = this.#options.channels.get(frame.channel);
    if (channel?.said === undefined || underWay === undefined) return undefined;
    // What is a base as well is in memory already: the snapshot is the same bytes.
    const packed = unpacked === undefined;
    const snapshot = {
      body: unpacked ?? whole.body,
      contentType: this.#contentType(frame, channel.said),
      encoding: packed ? whole.encoding : "identity",
      unpackedBytes: frame.bodyBytes,
    };
    if (frame.type === "snapshot") {
      return this.#store(number, frame, { content: snapshot, ...underWay });
    }
    const { store } = this.#options.dependencies;
    const { messageBytes: sentBytes } = underWay;
    if (this.#options.scrapes.channelOf(frame.request) !== frame.channel) return undefined;
    this.#options.scrapes.answer(frame.request, { state: "up", snapshot });
    store.answered(channel.said.target, { content: { lastBytes: frame.bodyBytes }, sentBytes });
    return undefined;
  }

  #contentType(frame: SnapshotFrame | AnswerFrame, said: ChannelSaid): string {
    return frame.type === "answer" && frame.contentType !== ""
      ? frame.contentType
      : said.contentType;
  }

  #store(
    number: number,
    frame: SnapshotFrame | FailureFrame,
    { content, startedMs, messageBytes: sentBytes }: Omit<UnderWay, "frame"> & {
      readonly content: Snapshot | SourceFailure;
    },
  ): Fault {
    const { channels, rules, acks, sender, client, dependencies: { clock } } = this.#options;
    const said = channels.get(frame.channel)?.said;
    if (said === undefined) return undefined;
    const { target, ttlMs, intervalMs, labels } = said;
    const scrapedAtMs = frame.scrapedAtMs === 0 ? undefined : frame.scrapedAtMs;
    const clockAheadMs = scrapedAtMs === undefined ? undefined : scrapedAtMs - clock();
    const stored = rules.store(target, {
      push: {
        ...{ arrival: "stream", content, ttlMs, scrapedAtMs, clockAheadMs, intervalMs },
        ...{ labels, sender, sentBytes },
      },
      client: client(),
      startedMs,
    });
    if (!stored.ok) return this.#refuse(number, frame, stored);
    acks.add(number);
    return undefined;
  }

  #whyForeign({ refusal, said }: Channel): Refusal | undefined {
    if (refusal !== undefined || said === undefined) return refusal;
    return this.#options.rules.whyForeign(said.target, this.#options.client());
  }

  #refuse(
    number: number,
    frame: SnapshotFrame | AnswerFrame | FailureFrame,
    refusal: Refusal,
  ): undefined {
    const { send, channels, client, dependencies: { observer, store, log } } = this.#options;
    const { reason, detail } = refusal;
    this.#underWay.delete(number);
    observer.refused(reason);
    send({ type: "refused", number, ...refusalInfo(refusal) });
    const target = channels.get(frame.channel)?.said?.target;
    if (target === undefined) return;
    const token = client().name;
    log.debug("push refused", () => ({ target: targetPath(target), token, reason, detail }));
    // A delta without its base is sent again, whole: nothing is lost.
    if (reason === "no_base") return;
    if (frame.type !== "answer") {
      store.noteRefusal(target, { token, detail });
      return;
    }
    const cause = reason === "too_large" ? "source_too_large" : "push_refused";
    this.#fail(frame.request, { failure: { cause, detail }, isLate: false });
    send({ type: "cancel", request: frame.request });
  }

  #fail(
    request: number,
    { failure, isLate }: { readonly failure: SourceFailure; readonly isLate: boolean },
  ): void {
    const { scrapes, channels, dependencies: { store } } = this.#options;
    const channel = scrapes.channelOf(request);
    if (channel === undefined) return;
    const { cause, detail: reason } = failure;
    const reading: Reading = { state: "source_failed", cause, reason, isLate };
    scrapes.answer(request, reading);
    const target = channels.get(channel)?.said?.target;
    if (target !== undefined) store.answered(target, { content: failure, sentBytes: 0 });
  }
}

const NOTHING = new Uint8Array();
const NO_CHANNEL = "a frame is of no channel that it can be of";

function free(unpacked: Uint8Array<ArrayBuffer> | undefined): boolean {
  unpacked?.buffer.transfer(0);
  return unpacked !== undefined;
}
