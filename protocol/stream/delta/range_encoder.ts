// The writing half of an adaptive binary range coder (that of LZMA, with other probabilities).

import type { Probabilities } from "./probabilities.ts";

const TOP = 2 ** 24;
/** Zeros at the end that a reader takes for granted. */
export const SPARED_ZEROS = 4;

/** Codes bits into memory that doesn't grow: what is too much is dropped, and `overflown` tells. */
export class RangeEncoder {
  readonly #out: Uint8Array<ArrayBuffer>;
  #length = -1; // the first byte is always 0
  /** Up to 33 bits: a carry may be on its way. */
  #low = 0;
  #range = 0xffff_ffff;
  /** A byte that a carry may still change, and the 255s behind it. */
  #held = 0;
  #heldFull = 0;

  constructor(maxBytes: number) {
    this.#out = new Uint8Array(maxBytes);
  }

  get overflown(): boolean {
    return this.#length > this.#out.byteLength;
  }

  bit(bit: number, probabilities: Probabilities, place: number): void {
    const bound = (this.#range >>> 12) * probabilities.of0(place);
    probabilities.learn(place, bit);
    if (bit === 0) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
    }
    if (this.#range < TOP) this.#normalize();
  }

  /** A bit of which nothing is known. */
  evenBit(bit: number): void {
    this.#range >>>= 1;
    if (bit !== 0) this.#low += this.#range;
    if (this.#range < TOP) this.#normalize();
  }

  /** All of it, or `undefined` where it is longer than it may be. */
  finish(): Uint8Array<ArrayBuffer> | undefined {
    for (let count = 0; count < 5; count++) this.#shift();
    if (this.overflown) return undefined;
    let length = this.#length;
    while (length > this.#length - SPARED_ZEROS && this.#out[length - 1] === 0) length--;
    return this.#out.slice(0, Math.max(0, length));
  }

  #normalize(): void {
    do {
      this.#range = this.#range * 256;
      this.#shift();
    } while (this.#range < TOP);
  }

  #shift(): void {
    const carry = this.#low > 0xffff_ffff ? 1 : 0;
    if (carry === 1 || this.#low < 0xff00_0000) {
      this.#put(this.#held + carry);
      for (; this.#heldFull > 0; this.#heldFull--) this.#put(255 + carry);
      this.#held = this.#low >>> 24;
    } else this.#heldFull++;
    this.#low = (this.#low & 0x00ff_ffff) * 256;
  }

  #put(byte: number): void {
    if (this.#length >= 0) this.#out[this.#length] = byte;
    this.#length++;
  }
}
