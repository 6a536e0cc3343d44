// A sender's end of a stream, without a network: it speaks and hears frames.

import { decodeFrame, encodeFrame, type Frame } from "../../protocol/stream/mod.ts";
import type { OpenStream, StreamConnection, StreamListener } from "../../receiver/mod.ts";

/** What a connection was closed with. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A connection whose other end is the test. */
export class FakeStream implements StreamConnection {
  bufferedBytes = 0;
  readonly heard: Frame[] = [];
  closed: Closed | undefined;
  readonly #listener: StreamListener;
  #sent = Promise.withResolvers<void>();

  constructor(open: OpenStream) {
    this.#listener = open(this);
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    const decoded = decodeFrame(message);
    if (!decoded.ok || decoded.frame === undefined) throw new Error("the receiver sent no frame");
    this.heard.push(decoded.frame);
    this.#sent.resolve();
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  /** Sends frames, one after the other. */
  async say(...frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) await this.sayBytes(encodeFrame(frame));
  }

  async sayBytes(message: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#listener.message(message);
  }

  /** The connection is gone. */
  cut(): void {
    this.#listener.closed();
  }

  /** What is heard next, or was since the last time. */
  async next(): Promise<Frame[]> {
    for (;;) {
      const heard = this.take();
      if (heard.length > 0) return heard;
      this.#sent = Promise.withResolvers();
      await this.#sent.promise;
    }
  }

  /** What was heard since the last time, without what only keeps the stream alive. */
  take(): Frame[] {
    return this.heard.splice(0).filter(({ type }) => type !== "alive");
  }
}
