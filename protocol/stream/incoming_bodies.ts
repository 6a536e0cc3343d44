// Bodies as they arrive on one stream, part by part: each becomes whole and right, or nothing.

import { type Bases, type Room, UNBOUNDED } from "./bases.ts";
import type { ChunkFrame, RefusalInfo } from "./frame.ts";
import type { ReceiverLimits } from "./limits.ts";
import { type OpenBody, openBody, refusal } from "./open_body.ts";
import { type BodyFrame, UnfinishedBodies } from "./unfinished_bodies.ts";

/** A body that is whole. */
export interface WholeBody extends OpenBody {
  readonly kind: "whole";
  readonly number: number;
  /** The frame that it began with. Its payload is not to be used. */
  readonly frame: BodyFrame;
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

const WAITING: Intake = { kind: "waiting" };
const TOO_MANY: Intake = { kind: "broken", reason: "too many bodies are under way" };

/** Counts what has a number, and puts bodies together. */
export class IncomingBodies {
  readonly #limits: ReceiverLimits;
  readonly #bases: Bases;
  readonly #unfinished: UnfinishedBodies;
  #count = 0;

  constructor({ limits, bases, room = UNBOUNDED }: IncomingOptions) {
    this.#limits = limits;
    this.#bases = bases;
    this.#unfinished = new UnfinishedBodies({ maxBytes: limits.maxUnfinishedBytes, room });
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
  begin(frame: BodyFrame): Intake {
    if (frame.type === "snapshot" && this.#unfinished.isSending(frame.channel)) {
      return broken("a channel has two snapshots under way");
    }
    const tooLarge = this.#whyTooLarge(frame);
    if (tooLarge !== undefined) return this.refuse(frame, tooLarge);
    if (isWhole(frame)) return this.#finish(++this.#count, frame, frame.payload);
    if (this.#unfinished.isFull) return TOO_MANY;
    if (!this.#unfinished.begin(this.#count + 1, frame)) return this.refuse(frame, NO_ROOM);
    this.#count++;
    return WAITING;
  }

  /** The first part of a body that won't be looked at, nor any of it that is to come. */
  refuse(frame: BodyFrame, refusal: RefusalInfo): Intake {
    const number = ++this.#count;
    if (frame.keep) this.#bases.delete(frame.channel);
    if (!isWhole(frame)) {
      if (this.#unfinished.isFull) return TOO_MANY;
      this.#unfinished.passOver(number, frame);
    }
    return { kind: "refused", number, refusal };
  }

  /** The next part of a body. */
  add(chunk: ChunkFrame): Intake {
    const added = this.#unfinished.add(chunk);
    return added.kind === "whole" ? this.#finish(chunk.number, added.frame, added.bytes) : added;
  }

  /** The rest of a body won't come. */
  abort(number: number): Intake {
    if (!this.#unfinished.has(number)) return broken("an abort is of no body under way");
    this.#unfinished.drop(number);
    return WAITING;
  }

  /** A body under way is refused after all: what is still to come of it will be passed over. */
  giveUp(number: number): void {
    this.#unfinished.giveUp(number);
  }

  /** The channel is no more: nothing of its bodies under way will come, and its base goes. */
  endChannel(channel: number): void {
    this.#unfinished.dropChannel(channel);
    this.#bases.delete(channel);
  }

  /** The stream is no more: gives all memory back. */
  clear(): void {
    this.#unfinished.clear();
    this.#bases.clear();
  }

  #whyTooLarge({ sentBytes, bodyBytes }: BodyFrame): RefusalInfo | undefined {
    const { maxBodyBytes, maxUnpackedBytes } = this.#limits;
    if (sentBytes > maxBodyBytes) return refusal(413, "too_large", "body is too large");
    if (bodyBytes <= maxUnpackedBytes) return undefined;
    return refusal(413, "too_large", "body unpacks to more than it may");
  }

  #finish(number: number, frame: BodyFrame, sent: Uint8Array<ArrayBuffer>): Intake {
    const { maxBaseBytes } = this.#limits;
    const opened = openBody(frame, sent, { bases: this.#bases, maxBaseBytes });
    if ("status" in opened) return { kind: "refused", number, refusal: opened };
    if (frame.keep) this.#keep(frame.channel, opened.unpacked);
    return { kind: "whole", number, frame, ...opened };
  }

  /** A base that is too large is none; then there is none. */
  #keep(channel: number, body: Uint8Array | undefined): void {
    if (body === undefined) this.#bases.delete(channel);
    else this.#bases.set(channel, body);
  }
}

const NO_ROOM = refusal(507, "no_room", "too many bodies are under way");

function isWhole({ sentBytes, payload }: BodyFrame): boolean {
  return sentBytes === payload.byteLength;
}

function broken(reason: string): Intake {
  return { kind: "broken", reason };
}
