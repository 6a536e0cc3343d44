// Reads the fields of a frame, which may be anything: each with its bounds.

/** A frame that is none. The message is one line, and quotes nothing of the frame. */
export class BrokenFrame extends Error {}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** So many bytes hold any number below 2^53, at seven bits each. */
const MAX_VARINT_BYTES = 8;

/** Reads from the start. Each method throws a {@linkcode BrokenFrame} where there isn't what it reads. */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new BrokenFrame("ends too early");
    this.#at++;
    return value;
  }

  /** A whole number up to `max`, in the fewest bytes. */
  varint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let count = 1; count <= MAX_VARINT_BYTES; count++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte > 127) continue;
      if (byte === 0 && count > 1) {
        throw new BrokenFrame("holds a number in more bytes than it needs");
      }
      if (value > max) throw new BrokenFrame("holds a number that is too high");
      return value;
    }
    throw new BrokenFrame("holds a number that is too long");
  }

  u32(): number {
    return (this.byte() << 24 | this.byte() << 16 | this.byte() << 8 | this.byte()) >>> 0;
  }

  /** Up to `maxBytes` of UTF-8. */
  text(maxBytes: number): string {
    const length = this.varint();
    if (length > maxBytes) throw new BrokenFrame("holds a text that is too long");
    try {
      return UTF8.decode(this.#take(length));
    } catch (error) {
      if (error instanceof BrokenFrame) throw error;
      throw new BrokenFrame("holds a text that is no UTF-8");
    }
  }

  /** All that is left, in place: it is as long-lived as the message. */
  rest(maxBytes: number): Uint8Array<ArrayBuffer> {
    const length = this.#bytes.byteLength - this.#at;
    if (length > maxBytes) throw new BrokenFrame("holds a payload that is too long");
    return this.#take(length);
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const end = this.#at + length;
    if (end > this.#bytes.byteLength) throw new BrokenFrame("ends too early");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
