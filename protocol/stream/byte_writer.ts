// Writes the fields of a frame one after another.

const UTF8 = new TextEncoder();

/** Bytes that grow. */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** What was written so far, in memory of its own. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** A whole number from 0 to `Number.MAX_SAFE_INTEGER`; others are a `RangeError`. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no varint: ${value}`);
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.byte(rest % 128 | 128);
    return this.byte(rest);
  }

  u32(value: number): this {
    return this.byte(value >>> 24).byte(value >>> 16 & 255).byte(value >>> 8 & 255)
      .byte(value & 255);
  }

  text(value: string): this {
    const bytes = UTF8.encode(value);
    return this.varint(bytes.byteLength).rest(bytes);
  }

  rest(bytes: Uint8Array): this {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
    return this;
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
