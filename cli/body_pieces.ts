// The body of a request of node:http, piece by piece.

import type { IncomingMessage } from "node:http";

type Piece = Uint8Array<ArrayBuffer>;

/**
 * From the request's events, and no faster than it is read: the stream's own iterator costs
 * a push as much as all the rest. It may be left early, and the connection stays: an answer
 * is due. `onRead` is told when the first piece is asked for; a body that breaks off rejects.
 */
export class BodyPieces implements AsyncIterableIterator<Piece> {
  readonly #request: IncomingMessage;
  readonly #onRead: () => void;
  readonly #arrived: Piece[] = [];
  #reader: PromiseWithResolvers<IteratorResult<Piece>> | undefined;
  #isRead = false;
  #end: "whole" | "broken" | undefined;

  constructor(request: IncomingMessage, onRead: () => void) {
    this.#request = request;
    this.#onRead = onRead;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Piece>> {
    if (!this.#isRead) this.#start();
    this.#reader = Promise.withResolvers();
    const { promise } = this.#reader;
    this.#serve();
    return promise;
  }

  return(): Promise<IteratorResult<Piece>> {
    this.#request.off("data", this.#take).off("end", this.#finish).off("close", this.#finish);
    return Promise.resolve({ done: true, value: undefined });
  }

  #start(): void {
    this.#isRead = true;
    this.#onRead();
    this.#request.on("data", this.#take).on("end", this.#finish).on("close", this.#finish);
  }

  readonly #take = (piece: Piece): void => {
    this.#arrived.push(piece);
    if (this.#reader === undefined) this.#request.pause();
    else this.#serve();
  };

  readonly #finish = (): void => {
    this.#end ??= this.#request.complete ? "whole" : "broken";
    this.#serve();
  };

  /** Gives the reader, where one waits, what there is. */
  #serve(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const piece = this.#arrived.shift();
    if (piece !== undefined) reader.resolve({ done: false, value: piece });
    else if (this.#end === "whole") reader.resolve({ done: true, value: undefined });
    else if (this.#end === "broken") reader.reject(new Error("body broke off"));
    else return void (this.#request.isPaused() && this.#request.resume());
    this.#reader = undefined;
  }
}
