// Bytes that grow at their end.

const BLOCK_BYTES = 1024 * 1024;

/** Collects bytes in blocks, so that no addition takes longer the more there are. */
export class ByteBuffer {
  readonly #full: Uint8Array[] = [];
  #fullBytes = 0;
  #block = new Uint8Array(0);
  #used = 0;

  /** How many there are. */
  get byteLength(): number {
    return this.#fullBytes + this.#used;
  }

  append(more: Uint8Array): void {
    if (this.#used + more.length > this.#block.length) {
      this.#full.push(this.#block.subarray(0, this.#used));
      this.#fullBytes += this.#used;
      this.#block = new Uint8Array(Math.max(more.length, Math.min(this.#fullBytes, BLOCK_BYTES)));
      this.#used = 0;
    }
    this.#block.set(more, this.#used);
    this.#used += more.length;
  }

  /** A copy of all of them. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.byteLength);
    let at = 0;
    for (const block of this.#full) {
      all.set(block, at);
      at += block.length;
    }
    all.set(this.#block.subarray(0, this.#used), at);
    return all;
  }
}
