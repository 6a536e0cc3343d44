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
    body: pieces(request, onRead),
  };
}

async function* pieces(
  request: IncomingMessage,
  onRead: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  onRead();
  // An iterator that is left early must not take the connection with it: an answer is due.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    yield piece;
    free(piece);
  }
}

/** Each piece has memory of its own, which the collector would find much too late in a flood. */
function free(piece: Uint8Array<ArrayBuffer>): void {
  if (piece.byteLength === piece.buffer.byteLength) piece.buffer.transfer(0);
}

/** Sends an answer, which is small; resolves when it is on its way, or nobody is there any more. */
export async function sendAnswer(
  response: Response,
  { request, out }: { readonly request: IncomingMessage; readonly out: ServerResponse },
): Promise<void> {
  const body = response.body === null ? undefined : await response.bytes();
  for (const [name, value] of response.headers) out.setHeader(name, value);
  if (body !== undefined) out.setHeader("Content-Length", body.byteLength);
  if (!request.complete) out.setHeader("Connection", "close");
  const { promise, resolve } = Promise.withResolvers<void>();
  out.once("close", resolve);
  out.writeHead(response.status).end(body, () => resolve());
  await promise;
  if (!request.complete) cutOff(request);
}

/** Closed at once, the connection would be reset before a client that still sends reads why. */
function cutOff(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once("close", () => clearTimeout(timer));
  request.on("error", () => {}).on("data", free);
}
