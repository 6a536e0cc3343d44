// Sockets that a test holds the other end of, without a network.

import type { OpenedSocket, SocketEvents, StreamSocket } from "../../sender/stream/socket.ts";
import { StreamEnd, type StreamEndOptions } from "./stream_end.ts";

/** One socket, and what the receiver's end of it sees. */
export class FakeSocket implements StreamSocket {
  readonly end: StreamEnd;
  readonly #events: SocketEvents;
  readonly #waiting: { readonly message: Uint8Array; readonly sent: (() => void) | undefined }[] =
    [];
  /** Holds back what is sent until it is let go. */
  isStuck = false;
  /** Loses what is sent either way. */
  isDead = false;

  constructor(events: SocketEvents, options: StreamEndOptions = {}) {
    this.#events = events;
    this.end = new StreamEnd(options, {
      write: (message) =>
        queueMicrotask(() => {
          if (!this.isDead) events.message(message);
        }),
      close: (code, reason) => this.break(code, reason),
    });
  }

  get bufferedBytes(): number {
    return this.#waiting.reduce((bytes, { message }) => bytes + message.byteLength, 0);
  }

  send(message: Uint8Array, sent?: () => void): void {
    this.#waiting.push({ message, sent });
    if (!this.isStuck) queueMicrotask(() => this.letGo(1));
  }

  close(code: number): void {
    this.end.closeCode ??= code;
  }

  /** So many messages arrive. */
  letGo(count = Infinity): void {
    for (const { message, sent } of this.#waiting.splice(0, count)) {
      if (!this.isDead) this.end.message(new Uint8Array(message));
      sent?.();
    }
  }

  /** The connection ends from the other side. */
  break(code = 1006, reason = ""): void {
    this.end.closeCode ??= code;
    queueMicrotask(() => this.#events.closed(code, reason));
  }
}

/** What is to come of opening a socket. */
export type Opening = StreamEndOptions | Extract<OpenedSocket, { ok: false }> | "hangs";

/** Opens sockets as a test says: one thing after another, and the last one stays. */
export function fakeSockets(...openings: Opening[]) {
  const sockets: FakeSocket[] = [];
  let tries = 0;
  return {
    sockets,
    get tries() {
      return tries;
    },
    open: (events: SocketEvents, signal: AbortSignal): Promise<OpenedSocket> => {
      const opening = openings[Math.min(tries++, openings.length - 1)] ?? {};
      if (opening === "hangs") {
        const { promise, resolve } = Promise.withResolvers<OpenedSocket>();
        const late = { ok: false, refused: false, retriable: true, reason: "too late" } as const;
        signal.addEventListener("abort", () => resolve({ ok: false, unfit: "no", failure: late }));
        return promise;
      }
      if ("ok" in opening) return Promise.resolve(opening);
      const socket = new FakeSocket(events, opening);
      sockets.push(socket);
      return Promise.resolve({ ok: true, socket, clockOffsetMs: undefined });
    },
  };
}

/** An opening that fails. */
export function noSocket(
  reason: string,
  { unfit = "no", retriable = true }: {
    readonly unfit?: "no" | "perhaps" | "yes";
    readonly retriable?: boolean;
  } = {},
): Opening {
  return { ok: false, unfit, failure: { ok: false, refused: false, retriable, reason } };
}
