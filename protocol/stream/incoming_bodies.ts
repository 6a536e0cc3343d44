// Bodies as they arrive on one stream, part by part: each becomes whole and right, or nothing.

import { type Bases, type Room, UNBOUNDED } from "./bases.ts";
import { checksum, isGzipOf } from "./checksum.ts";
import { decodeDelta } from "./delta/mod.ts";
import {
  type AnswerFrame,
  type ChunkFrame,
  NO_BASE,
  type RefusalInfo,
  type SnapshotFrame,
} from "./frame.ts";
import { gunzip } from "./gunzip.ts";
import type { ReceiverLimits } from "./limits.ts";

/** A body that is whole. */
export interface WholeBody {
  readonly kind: "whole";
  readonly number: number;
  /** The frame that it began with. Its payload is not to be used. */
  readonly frame: SnapshotFrame | AnswerFrame;
  readonly encoding: "identity" | "gzip";
  /** In memory that is shared with nobody but a base, and never changes. */
  readonly body: Uint8Array<ArrayBuffer>;
  /**
   * The body unpacked, where it had to be for a base. Where it isn't here and the encoding is gzip,
   * only its end was looked at: it is sound if it unpacks without an error to `frame.bodyBytes`.
   */
  readonly unpacked: Uint8Array<ArrayBuffer> | undefined;
}

/** What a part of a body came to. */
export type Intake =
  | WholeBody
  /** More is to come, or it is to be passed over. */
  | { readonly kind: "waiting" }
  /** To be answered with `refused`. */
  | { readonly kind: "refused"; readonly number: number; readonly refusal: RefusalInfo }
  /** The stream is to be closed. */
  | { readonly kind: "broken"; readonly reason: string };

/** What a stream's bodies work with. */
export interface IncomingOptions {
  readonly limits: ReceiverLimits;
  readonly bases: Bases;
  /** For the bodies that are begun and not whole, of all streams. */
  readonly room?: Room;
}

interface Unfinished {
  readonly frame: SnapshotFrame | AnswerFrame;
  /** `undefined` where it was refused: its chunks are passed over. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  length: number;
}

const WAITING: Intake = { kind: "waiting" };
const TOO_MANY: Intake = { kind: "broken", reason: "too many bodies are under way" };
const NOTHING = new Uint8Array();
/** Bodies under way that are known, refused ones included. A sender that is right needs few. */
const MAX_UNFINISHED = 1_024;

/** Counts what has a number, and puts bodies together. */
export class IncomingBodies {
  readonly #limits: ReceiverLimits;
  readonly #bases: Bases;
  readonly #room: Room;
  readonly #unfinished = new Map<number, Unfinished>();
  #unfinishedBytes = 0;
  #count = 0;

  constructor({ limits, bases, room = UNBOUNDED }: IncomingOptions) {
    this.#limits = limits;
    this.#bases = bases;
    this.#room = room;
  }

  /** The number of what came last; 0 before the first. */
  get lastNumber(): number {
    return this.#count;
  }

  /** The number of a failure that has come. */
  countFailure(): number {
    return ++this.#count;
  }

  /** The first part of a body. Its channel is known to be one. */
  begin(frame: SnapshotFrame | AnswerFrame): Intake {
    const { sentBytes, payload, channel } = frame;
    if (frame.type === "snapshot" && this.#isSending(channel)) {
      return broken("a channel has two snapshots under way");
    }
    const tooLarge = this.#whyTooLarge(frame);
    if (tooLarge !== undefined) return this.refuse(frame, tooLarge);
    if (sentBytes === payload.byteLength) return this.#finish(++this.#count, frame, payload);
    if (this.#unfinished.size === MAX_UNFINISHED) return TOO_MANY;
    const noRoom = this.#takeRoom(sentBytes);
    if (noRoom !== undefined) return this.refuse(frame, noRoom);
    const bytes = new Uint8Array(sentBytes);
    bytes.set(payload);
    this.#await(++this.#count, frame, bytes);
    return WAITING;
  }

  /** The first part of a body that won't be looked at, nor any of it that is to come. */
  refuse(frame: SnapshotFrame | AnswerFrame, refusal: RefusalInfo): Intake {
    const number = ++this.#count;
    if (frame.keep) this.#bases.delete(frame.channel);
    if (frame.sentBytes === frame.payload.byteLength) return { kind: "refused", number, refusal };
    if (this.#unfinished.size === MAX_UNFINISHED) return TOO_MANY;
    this.#await(number, frame, undefined);
    return { kind: "refused", number, refusal };
  }

  /** The next part of a body. */
  add({ number, payload }: ChunkFrame): Intake {
    const body = this.#unfinished.get(number);
    if (body === undefined) return broken("a chunk is of no body under way");
    const { frame, bytes } = body;
    if (body.length + payload.byteLength > frame.sentBytes) {
      return broken("a body is longer than it was to be");
    }
    bytes?.set(payload, body.length);
    body.length += payload.byteLength;
    if (body.length < frame.sentBytes) return WAITING;
    this.#drop(number);
    return bytes === undefined ? WAITING : this.#finish(number, frame, bytes);
  }

  /** The rest of a body won't come. */
  abort(number: number): Intake {
    if (!this.#unfinished.has(number)) return broken("an abort is of no body under way");
    this.#drop(number);
    return WAITING;
  }

  /** A body under way is refused after all: what is still to come of it will be passed over. */
  giveUp(number: number): void {
    const body = this.#unfinished.get(number);
    if (body?.bytes === undefined) return;
    this.#drop(number);
    this.#unfinished.set(number, { ...body, bytes: undefined });
  }

  /** The channel is no more: nothing of its bodies under way will come, and its base goes. */
  endChannel(channel: number): void {
    for (const [number, { frame }] of this.#unfinished) {
      if (frame.channel === channel) this.#drop(number);
    }
    this.#bases.delete(channel);
  }

  /** The stream is no more: gives all memory back. */
  clear(): void {
    for (const number of [...this.#unfinished.keys()]) this.#drop(number);
    this.#bases.clear();
  }

  /** Remembers a body that is begun, but nothing of its message, whose memory may be large. */
  #await(
    number: number,
    frame: SnapshotFrame | AnswerFrame,
    bytes: Uint8Array<ArrayBuffer> | undefined,
  ): void {
    const { byteLength } = frame.payload;
    this.#unfinished.set(number, {
      frame: { ...frame, payload: NOTHING },
      bytes,
      length: byteLength,
    });
  }

  #isSending(channel: number): boolean {
    for (const { frame } of this.#unfinished.values()) {
      if (frame.channel === channel && frame.type === "snapshot") return true;
    }
    return false;
  }

  #whyTooLarge({ sentBytes, bodyBytes }: SnapshotFrame | AnswerFrame): RefusalInfo | undefined {
    const { maxBodyBytes, maxUnpackedBytes } = this.#limits;
    if (sentBytes > maxBodyBytes) return refusal(413, "too_large", "body is too large");
    if (bodyBytes <= maxUnpackedBytes) return undefined;
    return refusal(413, "too_large", "body unpacks to more than it may");
  }

  #takeRoom(bytes: number): RefusalInfo | undefined {
    const isAlone = this.#unfinishedBytes === 0;
    const mayBegin = isAlone || this.#unfinishedBytes + bytes <= this.#limits.maxUnfinishedBytes;
    if (!mayBegin || !this.#room.take(bytes)) {
      return refusal(507, "no_room", "too many bodies are under way");
    }
    this.#unfinishedBytes += bytes;
    return undefined;
  }

  #drop(number: number): void {
    const bytes = this.#unfinished.get(number)?.bytes?.byteLength;
    this.#unfinished.delete(number);
    if (bytes === undefined) return;
    this.#unfinishedBytes -= bytes;
    this.#room.give(bytes);
  }

  #finish(
    number: number,
    frame: SnapshotFrame | AnswerFrame,
    sent: Uint8Array<ArrayBuffer>,
  ): Intake {
    const opened = this.#open(frame, sent);
    if ("status" in opened) return { kind: "refused", number, refusal: opened };
    if (frame.keep) this.#keep(frame.channel, opened.unpacked);
    return { kind: "whole", number, frame, ...opened };
  }

  /** A base that is too large is none; then there is none. */
  #keep(channel: number, body: Uint8Array | undefined): void {
    if (body === undefined) this.#bases.delete(channel);
    else this.#bases.set(channel, body);
  }

  #open(
    frame: SnapshotFrame | AnswerFrame,
    sent: Uint8Array<ArrayBuffer>,
  ): RefusalInfo | Pick<WholeBody, "encoding" | "body" | "unpacked"> {
    switch (frame.encoding) {
      case "identity": {
        if (!isRight(sent, frame)) return DAMAGED;
        const body = own(sent);
        return { encoding: "identity", body, unpacked: body };
      }
      case "gzip": {
        if (!isGzipOf(sent, frame)) return DAMAGED;
        const body = own(sent);
        if (!frame.keep || !this.#bases.fits(frame.channel, frame.bodyBytes)) {
          return { encoding: "gzip", body, unpacked: undefined };
        }
        const unpacked = gunzip(sent, frame.bodyBytes);
        if (unpacked === undefined || !isRight(unpacked, frame)) return DAMAGED;
        return { encoding: "gzip", body, unpacked };
      }
      case "delta": {
        const base = this.#bases.get(frame.channel);
        if (base === undefined || frame.bodyBytes > this.#limits.maxBaseBytes) {
          return refusal(412, NO_BASE, "there is no base for such a delta");
        }
        const body = decodeDelta(base, sent, frame);
        if (body === undefined || !isRight(body, frame)) {
          return refusal(412, NO_BASE, "delta does not fit its base");
        }
        return { encoding: "identity", body, unpacked: body };
      }
    }
  }
}

function isRight(body: Uint8Array, frame: SnapshotFrame | AnswerFrame): boolean {
  return body.byteLength === frame.bodyBytes && checksum(body) === frame.checksum;
}

/** A message's memory may be part of something much larger. */
function own(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function refusal(status: number, reason: string, detail: string): RefusalInfo {
  return { status, reason, detail, retryAfterS: 0 };
}

const DAMAGED = refusal(400, "broken_body", "body is damaged");

function broken(reason: string): Intake {
  return { kind: "broken", reason };
}
