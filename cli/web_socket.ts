// A WebSocket of the library `ws`, as the receiver's streams see one.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "../protocol/stream/mod.ts";
import type { OpenStream, StreamListener } from "../receiver/mod.ts";

/** What of the library's type is used here: it brings none. */
interface WebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(message: Uint8Array, options: { binary: true }): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: "message", hear: (data: Uint8Array<ArrayBuffer>, isBinary: boolean) => void): void;
  on(event: "close" | "error", hear: () => void): void;
}

/** What the server of the library says when a request asks for an upgrade. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Uint8Array;
  /** Something that should not happen has happened: the connection is cut. */
  readonly onFault: (error: unknown) => void;
}

const OPEN = 1;
/** "Unsupported data" of RFC 6455. */
const UNSUPPORTED = 1003;
/** How long the other side may take to say goodbye. */
const GOODBYE_MS = 2_000;
/** A reason of more bytes has no room in its frame. */
const MAX_REASON_LENGTH = 120;

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
  handleProtocols: () => SUBPROTOCOL,
});

/** Completes the handshake, or answers 400 where the request is none for it. */
export function openWebSocket(
  { request, socket, head, onFault }: Upgrade,
  open: OpenStream,
): void {
  server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
    listen(
      webSocket,
      open({
        send(message) {
          if (webSocket.readyState === OPEN) webSocket.send(message, { binary: true });
        },
        get bufferedBytes() {
          return webSocket.bufferedAmount;
        },
        close: (code, reason) => close(webSocket, code, reason),
      }),
      onFault,
    );
  });
}

function close(webSocket: WebSocket, code: number, reason: string): void {
  webSocket.resume();
  webSocket.close(code, reason.slice(0, MAX_REASON_LENGTH));
  const timer = setTimeout(() => webSocket.terminate(), GOODBYE_MS);
  webSocket.on("close", () => clearTimeout(timer));
}

/** One message after the other: while one is being worked on, nothing more is read. */
function listen(
  webSocket: WebSocket,
  listener: StreamListener,
  onFault: Upgrade["onFault"],
): void {
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  let isBusy = false;

  webSocket.on("error", () => {}); // it closes then
  webSocket.on("close", () => listener.closed());
  webSocket.on("message", (message, isBinary) => {
    if (webSocket.readyState !== OPEN) return; // what comes after a goodbye
    if (!isBinary) return close(webSocket, UNSUPPORTED, "messages are binary");
    if (isBusy) waiting.push(message);
    else hear(message);
  });

  function hear(message: Uint8Array<ArrayBuffer>): void {
    try {
      const done = listener.message(message);
      if (done !== undefined) void workOff(done);
    } catch (error) {
      fail(error);
    }
  }

  async function workOff(first: Promise<void>): Promise<void> {
    isBusy = true;
    webSocket.pause();
    try {
      await first;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await listener.message(next);
      }
    } catch (error) {
      fail(error);
    } finally {
      isBusy = false;
      webSocket.resume();
    }
  }

  function fail(error: unknown): void {
    waiting.length = 0;
    onFault(error);
    webSocket.terminate();
  }
}
