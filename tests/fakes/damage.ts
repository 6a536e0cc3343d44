// Chance that can be repeated, and what it does to messages.

/** Numbers from 0 up to below `max`. */
export type Dice = (max: number) => number;

/** The same numbers in each run with that seed. */
export function dice(seed: number): Dice {
  let state = seed >>> 0 || 1;
  return (max) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % max;
  };
}

/** A copy that is perhaps cut, or has a few bits changed. */
export function damage(message: Uint8Array, roll: Dice): Uint8Array<ArrayBuffer> {
  const end = roll(10) === 0 ? roll(message.length + 1) : message.length;
  const damaged = new Uint8Array(message.subarray(0, end));
  for (let count = roll(4); count > 0 && damaged.length > 0; count--) {
    // Near the start there is more than a payload.
    damaged[roll(Math.min(damaged.length, roll(2) === 0 ? 16 : damaged.length))]! ^= 1 << roll(8);
  }
  return damaged;
}
