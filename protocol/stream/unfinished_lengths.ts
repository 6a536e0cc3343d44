// How much may be begun at once: whatever the longest body is, the others have room beside it.

/** The lengths, as sent, of the bodies that are begun and not whole, by number. */
export class UnfinishedLengths {
  /** Of all but the longest, together. */
  maxBytes: number;
  readonly #lengths = new Map<number, number>();
  #bytes = 0;
  #longest = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Whether one more body of that length may begin. */
  fits(bytes: number): boolean {
    return this.#bytes + bytes - Math.max(this.#longest, bytes) <= this.maxBytes;
  }

  add(number: number, bytes: number): void {
    this.#lengths.set(number, bytes);
    this.#bytes += bytes;
    this.#longest = Math.max(this.#longest, bytes);
  }

  delete(number: number): void {
    const bytes = this.#lengths.get(number);
    if (bytes === undefined) return;
    this.#lengths.delete(number);
    this.#bytes -= bytes;
    if (bytes < this.#longest) return;
    this.#longest = 0;
    for (const each of this.#lengths.values()) this.#longest = Math.max(this.#longest, each);
  }
}
