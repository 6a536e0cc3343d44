// The reading half of the range coder. Any bytes are read as some bits.

import type { Probabilities } from "./probabilities.ts";
import { SPARED_ZEROS } from "./range_encoder.ts";

const TOP = 2 ** 24;

/** Reads bits as they were coded, with the same probabilities in the same order. */
export class RangeDecoder {
  readonly #bytes: Uint8Array;
  #at = 0;
  #range = 0xffff_ffff;
  #code = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let count = 0; count < 4; count++) this.#next();
  }

  /** Whether more was read than there is: then what was read is worth nothing. */
  get overrun(): boolean {
    return this.#at > this.#bytes.byteLength + SPARED_ZEROS;
  }

  bit(probabilities: Probabilities, place: number): number {
    const bound = (this.#range >>> 12) * probabilities.of0(place);
    const bit = this.#code < bound ? 0 : 1;
    if (bit === 0) this.#range = bound;
    else {
      this.#code -= bound;
      this.#range -= bound;
    }
    probabilities.learn(place, bit);
    this.#normalize();
    return bit;
  }

  evenBit(): number {
    this.#range >>>= 1;
    const bit = this.#code < this.#range ? 0 : 1;
    if (bit === 1) this.#code -= this.#range;
    this.#normalize();
    return bit;
  }

  #normalize(): void {
    while (this.#range < TOP) {
      this.#range = this.#range * 256;
      this.#next();
    }
  }

  #next(): void {
    const byte = this.#bytes[this.#at++] ?? 0;
    // Bytes that no coder has written may leave the code beyond the range.
    this.#code = (this.#code << 8 | byte) >>> 0;
  }
}
