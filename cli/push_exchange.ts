// One request of node:http and its answer, as the receiver knows them.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { PushRequest } from "../receiver/mod.ts";
import { BodyPieces } from "./body_pieces.ts";

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
    body: new BodyPieces(request, onRead),
  };
}

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
