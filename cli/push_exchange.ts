// One request of node:http and its answer, as the receiver knows them.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { PushRequest } from "../receiver/mod.ts";

/** How long a client that has its answer may go on sending before it is cut off. */
const LINGER_MS = 1_000;

/** The receiver's view of a request; `onRead` is told when its body is first asked for. */
export function pushRequest(
  request: IncomingMessage,
  { onRead }: { readonly onRead: () => void },
): PushRequest {
  const { method = "", url = "/", headers } = request;
  return {
    method,
    // A proxy's client may name a whole URL; all others name a path.
    url: url.startsWith("/") ? `http://receiver${url}` : url,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    body: new Pieces(request, onRead),
  };
}

/**
 * The body of a request, from its events: the stream's own iterator costs a push as much
 * as all the rest. It may be left early, and the connection stays: an answer is due.
 */
class Pieces implements AsyncIterableIterator<Piece> {
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

type Piece = Uint8Array<ArrayBuffer>;

/** Sends an answer, which is small; resolves when it is on its way, or nobody is there any more. */
export async function sendAnswer(
  response: Response,
  { request, out }: { readonly request: IncomingMessage; readonly out: ServerResponse },
): Promise<void> {
  if (!request.complete && isChunked(request)) drop(request);
  const body = response.body === null ? undefined : await response.bytes();
  for (const [name, value] of response.headers) out.setHeader(name, value);
  if (body !== undefined) out.setHeader("Content-Length", body.byteLength);
  const isComplete = request.complete;
  // What follows a request for another protocol is read by nobody here.
  const isLast = !isComplete || request.headers.upgrade !== undefined;
  if (isLast) out.setHeader("Connection", "close");
  const { promise, resolve } = Promise.withResolvers<void>();
  out.once("close", resolve);
  out.writeHead(response.status).end(body);
  await promise;
  if (!isComplete) cutOff(request);
}

/** Whether its body comes in chunks. Of one byte each, every one would cost some hundred. */
export function isChunked({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined;
}

/** What has come of a body is gone, and what is on its way stays with the system. */
function drop(request: IncomingMessage): void {
  request.read();
  request.socket.pause();
}

/** Closed at once, the connection would be reset before a client that still sends reads why. */
function cutOff(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once("close", () => clearTimeout(timer));
  request.on("error", () => {});
  if (!isChunked(request)) request.on("data", () => {});
}
