// What goes out on a connection: each numbered, large bodies in turns, and never more in the
// socket than a few chunks.

import {
  type AnswerFrame,
  encodeFrame,
  type FailureFrame,
  firstPart,
  type Frame,
  otherParts,
  type OutgoingBody,
  PART_BYTES,
  type SnapshotFrame,
  UnfinishedLengths,
} from "../../protocol/stream/mod.ts";
import type { StreamSocket } from "./socket.ts";

/** Enough to keep a fast link busy, little enough for what is urgent to pass soon. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/** What a body's first frame says beside the body. */
export type BodyOf =
  | Pick<SnapshotFrame, "type" | "channel" | "scrapedAtMs">
  | Pick<AnswerFrame, "type" | "channel" | "request" | "contentType">;

/** What goes out first. */
export type Begun = { readonly head: BodyOf; readonly body: OutgoingBody } | FailureFrame;

/** Something with a number. */
export interface Item {
  /** Bytes that the body has as sent, at most. */
  readonly sentBytes: number;
  /** Called when its turn comes: what it rests on has been sent before. */
  begin(number: number): Begun;
  /** All of it was handed to the socket. */
  sent(bodyBytes: number): void;
}

/** An item on its way. */
export interface Sending {
  /** Sends no more of it. */
  abort(): void;
}

/** Numbers, parts and sends. */
export class Outgoing {
  readonly #socket: StreamSocket;
  readonly #onSent: () => void;
  readonly #queue: Turn[] = [];
  readonly #unfinished = new UnfinishedLengths(0);
  #count = 0;
  #isClosed = false;

  constructor(
    socket: StreamSocket,
    options: { readonly onSent: () => void },
  ) {
    this.#socket = socket;
    this.#onSent = options.onSent;
  }

  /** Of bodies in several frames, all but the longest: what more would be waits. */
  set maxUnfinishedBytes(bytes: number) {
    this.#unfinished.maxBytes = bytes;
  }

  /** A frame that has no number, at once. */
  send(frame: Frame): void {
    this.#write(frame);
  }

  /** Takes its turn among the others. */
  put(item: Item): Sending {
    const turn = new Turn(item, () => this.#abort(turn));
    this.#queue.push(turn);
    this.#pump();
    return turn;
  }

  /** Nothing more goes out. */
  close(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
  }

  readonly #pump = (): void => {
    while (!this.#isClosed && this.#socket.bufferedBytes < MAX_BUFFERED_BYTES) {
      const index = this.#queue.findIndex((turn) => this.#mayGo(turn));
      const [turn] = index < 0 ? [] : this.#queue.splice(index, 1);
      if (turn === undefined) return;
      if (turn.number === undefined) this.#begin(turn);
      else this.#goOn(turn);
    }
  };

  #mayGo({ number, item: { sentBytes } }: Turn): boolean {
    return number !== undefined || sentBytes <= PART_BYTES || this.#unfinished.fits(sentBytes);
  }

  #begin(turn: Turn): void {
    turn.number = ++this.#count;
    const begun = turn.item.begin(turn.number);
    if ("type" in begun) {
      this.#write(begun);
      turn.item.sent(0);
      return;
    }
    const { head, body } = begun;
    const first = firstPart(body);
    turn.sentBytes = first.sentBytes;
    turn.parts = otherParts(body, turn.number);
    this.#unfinished.add(turn.number, first.sentBytes);
    this.#write({ ...head, ...first });
    this.#queueAgain(turn);
  }

  #goOn(turn: Turn): void {
    if (turn.next !== undefined) this.#write(turn.next);
    this.#queueAgain(turn);
  }

  #queueAgain(turn: Turn): void {
    turn.next = turn.parts?.next().value ?? undefined;
    if (turn.next !== undefined) {
      this.#queue.push(turn);
      return;
    }
    if (turn.number !== undefined) this.#unfinished.delete(turn.number);
    turn.item.sent(turn.sentBytes);
  }

  #abort(turn: Turn): void {
    const index = this.#queue.indexOf(turn);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    if (turn.number === undefined) return;
    this.#unfinished.delete(turn.number);
    this.#write({ type: "abort", number: turn.number });
    this.#pump();
  }

  #write(frame: Frame): void {
    if (this.#isClosed) return;
    this.#socket.send(encodeFrame(frame), this.#pump);
    this.#onSent();
  }
}

class Turn implements Sending {
  readonly item: Item;
  readonly abort: () => void;
  number: number | undefined;
  sentBytes = 0;
  parts: ReturnType<typeof otherParts> | undefined;
  next: Frame | undefined;

  constructor(item: Item, abort: () => void) {
    this.item = item;
    this.abort = abort;
  }
}
