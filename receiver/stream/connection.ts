// How a stream's WebSocket looks to this room: whoever listens brings the real one.

import type { PushRequest } from "../listen.ts";

/** Where streams are opened, on the push listener. */
export const STREAM_PATH = "/stream";

/** One end of a WebSocket. */
export interface StreamConnection {
  /** Sends a binary message; does nothing once the connection is closed. */
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Bytes that were given to `send` and are not on their way yet. */
  readonly bufferedBytes: number;
  /** Closes it, with a code of WebSocket and a line for people. Nothing is heard any more. */
  close(code: number, reason: string): void;
}

/** Who listens to a connection. */
export interface StreamListener {
  /** A binary message, in memory of its own. The next one waits for what this returns. */
  message(message: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** It is gone, from whichever side. */
  closed(): void;
}

/** Takes a connection that is open. */
export type OpenStream = (connection: StreamConnection) => StreamListener;

/** What to do with a request to upgrade to a WebSocket: an answer, or the stream is opened. */
export type AdmitStream = (
  request: PushRequest,
  address: string,
) => Promise<Response | OpenStream>;
