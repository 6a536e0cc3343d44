// Chance that can be had again, from a seed.

export interface Chance {
  /** A number from `least` up to `most`. */
  between(least: number, most: number): number;
  /** One of them. */
  of<T>(choices: readonly T[]): T;
}

/** The generator "mulberry32". */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + next() * (most - least),
    of: (choices) => choices[Math.floor(next() * choices.length)]!,
  };
}
