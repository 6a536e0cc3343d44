// What has a number on one stream: each is taken whole, and acknowledged, or refused.

import { formatDuration, sourceFailure, targetPath } from "../../protocol/mod.ts";
import {
  type Acks,
  type AnswerFrame,
  type ChunkFrame,
  type FailureFrame,
  type Frame,
  gunzip,
  type IncomingBodies,
  type Intake,
  type SnapshotFrame,
  type WholeBody,
} from "../../protocol/stream/mod.ts";
import { type Refusal, refusalInfo, type RefusalReason, refuse } from "../refusal.ts";
import type { Client } from "../token_book.ts";
import { checkPacked } from "../unpack.ts";
import type { Answers } from "./answers.ts";
import type { Channels } from "./channels.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { Pushes } from "./pushes.ts";

/** What arrivals work with. */
export interface ArrivalsOptions {
  readonly dependencies: Pick<
    StreamDependencies,
    "store" | "observer" | "limits" | "log" | "now"
  >;
  readonly channels: Channels;
  readonly bodies: IncomingBodies;
  readonly pushes: Pushes;
  readonly answers: Answers;
  readonly acks: Acks;
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

type BodyFrame = SnapshotFrame | AnswerFrame;

interface UnderWay {
  readonly frame: BodyFrame;
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

  /** The first part of a body, or all of it. */
  body({ frame, messageBytes }: Arrived<BodyFrame>): Fault | Promise<Fault> {
    const { channels, bodies, pushes, answers, dependencies: { now } } = this.#options;
    const channel = channels.get(frame.channel);
    if (channel === undefined) return NO_CHANNEL;
    const refusal = frame.type === "snapshot"
      ? pushes.whyNot(channel)
      : answers.whyNot(frame, channel);
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

  failure({ frame, messageBytes }: Arrived<FailureFrame>): Fault {
    const { channels, bodies, pushes, acks, dependencies: { now } } = this.#options;
    const channel = channels.get(frame.channel);
    if (channel === undefined) return NO_CHANNEL;
    const number = bodies.countFailure();
    const content = sourceFailure(frame.cause, frame.detail);
    const refusal = pushes.whyNot(channel) ??
      (channel.said && pushes.store(channel.said, {
        ...{ frame, content, messageBytes, startedMs: now() },
      }));
    if (refusal !== undefined) return this.#refuse(number, frame, refusal);
    acks.add(number);
    return undefined;
  }

  chunk({ frame, messageBytes }: Arrived<ChunkFrame>): Fault | Promise<Fault> {
    const underWay = this.#underWay.get(frame.number);
    if (underWay !== undefined) underWay.messageBytes += messageBytes;
    return this.#take(frame.number, this.#options.bodies.add(frame));
  }

  abort(number: number): Fault {
    this.#underWay.delete(number);
    const intake = this.#options.bodies.abort(number);
    return intake.kind === "broken" ? intake.reason : undefined;
  }

  /** Nothing more will come on the channel. */
  endChannel(channel: number): void {
    for (const [number, { frame }] of this.#underWay) {
      if (frame.channel === channel) this.#underWay.delete(number);
    }
    this.#options.bodies.endChannel(channel);
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
    return checkPacked(body, "gzip", bodyBytes).then((checked) =>
      this.#finish(whole, checked.ok && checked.unpackedBytes === bodyBytes)
    );
  }

  #finish(whole: WholeBody, isSound = true): Fault {
    const { channels, pushes, answers, acks } = this.#options;
    const { number, frame, unpacked } = whole;
    const underWay = this.#underWay.get(number);
    this.#underWay.delete(number);
    if (!isSound) {
      return this.#refuse(number, frame, refuse("broken_body", "gzip body is damaged or cut"));
    }
    const channel = channels.get(frame.channel);
    const said = channel?.said;
    if (channel === undefined || said === undefined || underWay === undefined) return undefined;
    const { startedMs, messageBytes } = underWay;
    const ownType = frame.type === "answer" ? frame.contentType : "";
    // What is a base as well is in memory already: the snapshot is the same bytes.
    const content = {
      body: unpacked ?? whole.body,
      contentType: ownType || said.contentType,
      encoding: unpacked === undefined ? whole.encoding : "identity",
      unpackedBytes: frame.bodyBytes,
    };
    if (frame.type === "answer") {
      answers.take(frame, content, messageBytes);
    } else {
      // While it came, the target may have become another token's.
      const refusal = pushes.whyForeign(channel) ??
        pushes.store(said, { frame, content, startedMs, messageBytes });
      if (refusal !== undefined) return this.#refuse(number, frame, refusal);
    }
    acks.add(number);
    return undefined;
  }

  #refuse(number: number, frame: BodyFrame | FailureFrame, refusal: Refusal): undefined {
    const { send, channels, client, answers, dependencies } = this.#options;
    const { observer, store, log } = dependencies;
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
    if (frame.type === "answer") answers.refused(frame, refusal);
    else store.noteRefusal(target, { token, detail });
  }
}

const NOTHING = new Uint8Array();
const NO_CHANNEL = "a frame is of no channel that it can be of";

function free(unpacked: Uint8Array<ArrayBuffer> | undefined): boolean {
  unpacked?.buffer.transfer(0);
  return unpacked !== undefined;
}
