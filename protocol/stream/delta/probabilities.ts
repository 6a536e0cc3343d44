// What a range coder knows of the bits to come: learnt while it codes, the same on both sides.

const EVEN = 32_768;
const LOWEST = 1_024;
const HIGHEST = 65_535 - 1_023;
/** How far a bit moves a probability, by how many it has seen: less and less. */
const SHIFTS = Uint8Array.of(1, 2, 2, 3, 3, 3, 3, 4);

/** Probabilities that the next bit is 0, each by its place, in 1/65,536. */
export class Probabilities {
  readonly #of0: Uint16Array;
  readonly #seen: Uint8Array;

  constructor(count: number) {
    this.#of0 = new Uint16Array(count).fill(EVEN);
    this.#seen = new Uint8Array(count);
  }

  /** In 1/4,096, as the coder takes it. */
  of0(place: number): number {
    return this.#of0[place]! >>> 4;
  }

  learn(place: number, bit: number): void {
    const seen = this.#seen[place]!;
    const shift = SHIFTS[seen]!;
    if (seen < SHIFTS.length - 1) this.#seen[place] = seen + 1;
    const of0 = this.#of0[place]!;
    this.#of0[place] = bit === 0
      ? Math.min(HIGHEST, of0 + ((65_535 - of0) >>> shift))
      : Math.max(LOWEST, of0 - (of0 >>> shift));
  }
}
