// What a delta is made of, as bits: literals and three kinds of numbers.

import { Probabilities } from "./probabilities.ts";
import type { RangeDecoder } from "./range_decoder.ts";
import type { RangeEncoder } from "./range_encoder.ts";

/** A number is below 2^30. */
const MAX_SIZE = 30;
const SIZE_BITS = 5;
/** So many bits behind the highest one follow a pattern; those behind them don't. */
const LEARNT_BITS = 4;

/** The probabilities of literals. */
export class LiteralModel {
  readonly #tree = new Probabilities(256);

  write(byte: number, to: RangeEncoder): void {
    writeTree(to, byte, 8, this.#tree, 0);
  }

  read(from: RangeDecoder): number {
    return readTree(from, 8, this.#tree, 0);
  }
}

/** The probabilities of one kind of number. */
export class NumberModel {
  readonly #sizes = new Probabilities(1 << SIZE_BITS);
  readonly #bits = new Probabilities(1 << (SIZE_BITS + LEARNT_BITS));

  /** `value` is from 0 to 2^30 - 2. */
  write(value: number, to: RangeEncoder): void {
    const size = 31 - Math.clz32(value + 1);
    writeTree(to, size, SIZE_BITS, this.#sizes, 0);
    const rest = value + 1 - 2 ** size;
    const plain = Math.max(0, size - LEARNT_BITS);
    writeTree(to, rest >>> plain, size - plain, this.#bits, size << LEARNT_BITS);
    for (let bit = plain - 1; bit >= 0; bit--) to.evenBit(rest >>> bit & 1);
  }

  /** `undefined` where it is too high to be any. */
  read(from: RangeDecoder): number | undefined {
    const size = readTree(from, SIZE_BITS, this.#sizes, 0);
    if (size >= MAX_SIZE) return undefined;
    const plain = Math.max(0, size - LEARNT_BITS);
    let rest = readTree(from, size - plain, this.#bits, size << LEARNT_BITS);
    for (let bit = 0; bit < plain; bit++) rest = rest << 1 | from.evenBit();
    return 2 ** size + rest - 1;
  }
}

/** Bits of a value, the highest first, each told apart by those before it. */
function writeTree(
  to: RangeEncoder,
  value: number,
  bits: number,
  probabilities: Probabilities,
  place: number,
): void {
  let node = 1;
  for (let shift = bits - 1; shift >= 0; shift--) {
    const bit = value >>> shift & 1;
    to.bit(bit, probabilities, place + node);
    node = node << 1 | bit;
  }
}

function readTree(
  from: RangeDecoder,
  bits: number,
  probabilities: Probabilities,
  place: number,
): number {
  let node = 1;
  for (let left = bits; left > 0; left--) {
    node = node << 1 | from.bit(probabilities, place + node);
  }
  return node - (1 << bits);
}
