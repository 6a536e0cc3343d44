// Appends records to a segment through one small buffer.

import type { Segment, SegmentWriter } from "./disk.ts";

const BUFFER_BYTES = 256 * 1024;

/** A segment that is being written. */
export class Appender {
  readonly segment: Segment;
  readonly #writer: SegmentWriter;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #filled = 0;
  #bytes = 0;

  constructor(segment: Segment, writer: SegmentWriter) {
    this.segment = segment;
    this.#writer = writer;
  }

  /** Size of the segment, once all of it is written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a record. Its parts may not change before that resolves. */
  async append(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#bytes += part.byteLength;
      for (let from = 0; from < part.byteLength;) {
        const piece = part.subarray(from, from + BUFFER_BYTES - this.#filled);
        this.#buffer.set(piece, this.#filled);
        this.#filled += piece.byteLength;
        from += piece.byteLength;
        if (this.#filled === BUFFER_BYTES) await this.#flush();
      }
    }
  }

  /** Resolves when all that was added would survive a power cut. */
  async sync(): Promise<void> {
    await this.#flush();
    await this.#writer.sync();
  }

  close(): void {
    this.#writer.close();
  }

  async #flush(): Promise<void> {
    const filled = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    await this.#writer.write(filled);
  }
}
