// Bodies of which a part has come and a part is still to come.

import type { Room } from "./bases.ts";
import type { AnswerFrame, ChunkFrame, SnapshotFrame } from "./frame.ts";
import { UnfinishedLengths } from "./unfinished_lengths.ts";

/** The frame that a body begins with. */
export type BodyFrame = SnapshotFrame | AnswerFrame;

/** What a chunk came to. */
export type Added =
  | { readonly kind: "broken"; readonly reason: string }
  | { readonly kind: "waiting" }
  | { readonly kind: "whole"; readonly frame: BodyFrame; readonly bytes: Uint8Array<ArrayBuffer> };

interface Unfinished {
  readonly frame: BodyFrame;
  /** `undefined` where the body was refused: its chunks are passed over. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  length: number;
}

const NOTHING = new Uint8Array();
const WAITING: Added = { kind: "waiting" };
/** Refused ones included. A sender that is right needs few. */
const MAX_UNFINISHED = 1_024;

/** Of one stream, by number. */
export class UnfinishedBodies {
  readonly #room: Room;
  readonly #lengths: UnfinishedLengths;
  readonly #bodies = new Map<number, Unfinished>();

  constructor({ maxBytes, room }: { readonly maxBytes: number; readonly room: Room }) {
    this.#lengths = new UnfinishedLengths(maxBytes);
    this.#room = room;
  }

  /** Whether there are so many that no other can begin. */
  get isFull(): boolean {
    return this.#bodies.size >= MAX_UNFINISHED;
  }

  has(number: number): boolean {
    return this.#bodies.has(number);
  }

  /** Whether a snapshot of the channel is among them. */
  isSending(channel: number): boolean {
    for (const { frame } of this.#bodies.values()) {
      if (frame.channel === channel && frame.type === "snapshot") return true;
    }
    return false;
  }

  /** Takes the first part of one. Returns whether there is room for the whole body. */
  begin(number: number, frame: BodyFrame): boolean {
    const { sentBytes, payload } = frame;
    if (!this.#lengths.fits(sentBytes) || !this.#room.take(sentBytes)) return false;
    this.#lengths.add(number, sentBytes);
    const bytes = new Uint8Array(sentBytes);
    bytes.set(payload);
    this.#await(number, frame, bytes);
    return true;
  }

  /** Will pass over the chunks of one whose first part has come. */
  passOver(number: number, frame: BodyFrame): void {
    this.#await(number, frame, undefined);
  }

  /** The next part of one. */
  add({ number, payload }: ChunkFrame): Added {
    const body = this.#bodies.get(number);
    if (body === undefined) return broken("a chunk is of no body under way");
    const { frame, bytes } = body;
    if (body.length + payload.byteLength > frame.sentBytes) {
      return broken("a body is longer than it was to be");
    }
    bytes?.set(payload, body.length);
    body.length += payload.byteLength;
    if (body.length < frame.sentBytes) return WAITING;
    this.drop(number);
    return bytes === undefined ? WAITING : { kind: "whole", frame, bytes };
  }

  /** One is refused after all: what is still to come of it will be passed over. */
  giveUp(number: number): void {
    const body = this.#bodies.get(number);
    if (body?.bytes === undefined) return;
    this.drop(number);
    this.#bodies.set(number, { ...body, bytes: undefined });
  }

  /** Nothing more will come of it. */
  drop(number: number): void {
    const bytes = this.#bodies.get(number)?.bytes?.byteLength;
    this.#bodies.delete(number);
    if (bytes === undefined) return;
    this.#lengths.delete(number);
    this.#room.give(bytes);
  }

  /** Nothing more will come of the channel's. */
  dropChannel(channel: number): void {
    for (const [number, { frame }] of this.#bodies) {
      if (frame.channel === channel) this.drop(number);
    }
  }

  clear(): void {
    for (const number of [...this.#bodies.keys()]) this.drop(number);
  }

  /** Remembers nothing of the message, whose memory may be large. */
  #await(number: number, frame: BodyFrame, bytes: Uint8Array<ArrayBuffer> | undefined): void {
    const { byteLength: length } = frame.payload;
    this.#bodies.set(number, { frame: { ...frame, payload: NOTHING }, bytes, length });
  }
}

function broken(reason: string): Added {
  return { kind: "broken", reason };
}
