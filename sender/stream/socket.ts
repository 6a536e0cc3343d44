// The WebSocket under a stream, as this room sees it.

import type { DeliveryFailed } from "../delivery.ts";

/** An open WebSocket, for binary messages. */
export interface StreamSocket {
  /** Hands a message over, whose bytes must not change any more; `sent` once it is on its way. */
  send(message: Uint8Array, sent?: () => void): void;
  /** What was handed over and is not on its way yet. */
  readonly bufferedBytes: number;
  /** Says goodbye, and is gone soon, whether that is answered or not. */
  close(code: number, reason: string): void;
}

/** What a socket tells. */
export interface SocketEvents {
  message(message: Uint8Array<ArrayBuffer>): void;
  /** Comes once. The code is 1006 where the connection broke off. */
  closed(code: number, reason: string): void;
}

/** What came of opening one. */
export type OpenedSocket =
  | {
    readonly ok: true;
    readonly socket: StreamSocket;
    /** How far the receiver's clock is ahead. */
    readonly clockOffsetMs: number | undefined;
  }
  | {
    readonly ok: false;
    /** Whether something on the way lets no stream through: then PUT may be. */
    readonly unfit: "no" | "perhaps" | "yes";
    readonly failure: DeliveryFailed;
  };

/** Opens a socket to one receiver. Rejects for nothing that a network can do. */
export type OpenSocket = (events: SocketEvents, signal: AbortSignal) => Promise<OpenedSocket>;
