// Where in a base something stands, however far away.

/** A place in the base and one in the body, from which both go on alike. */
export interface Place {
  readonly from: number;
  readonly at: number;
}

/** So many bytes are looked up at once. */
const SEED_BYTES = 16;
/** Every so many bytes of the base a place is remembered. */
const SEED_STEP = 8;
/** Much text comes again and again: the longest of the places from the first one on is the right one. */
const CHOICE_BYTES = 512;
/** Of so many of them. */
const CHOICES = 32;
/** So long is long enough. */
export const LONG_BYTES = 512;

/** Places of a base by what stands there. */
export class Seeds {
  readonly #base: Uint8Array;
  /** One more than the place; 0 is none. */
  readonly #places: Uint32Array;

  constructor(base: Uint8Array) {
    this.#base = base;
    const slots = 1 << (32 - Math.clz32(base.byteLength / SEED_STEP));
    this.#places = new Uint32Array(slots);
    const last = base.byteLength - SEED_BYTES;
    for (let from = last - last % SEED_STEP; from >= 0; from -= SEED_STEP) {
      this.#places[hash(base, from) & slots - 1] = from + 1;
    }
  }

  /** The best of the next places of the body, from `at` on, that stand in the base, too. */
  find(
    body: Uint8Array,
    at: number,
    { within }: { readonly within: number },
  ): Place | undefined {
    let best: Place | undefined;
    let bestBytes = 0;
    let choices = 0;
    let end = Math.min(at + within, body.byteLength - SEED_BYTES);
    for (let to = at; to <= end; to++) {
      const from = this.#places[hash(body, to) & this.#places.length - 1]! - 1;
      if (from < 0) continue;
      const bytes = equalBytes(this.#base, from, body, to, LONG_BYTES);
      if (bytes < SEED_BYTES) continue;
      if (best === undefined) end = Math.min(end, to + CHOICE_BYTES);
      if (bytes > bestBytes + (best === undefined ? 0 : to - best.at)) {
        best = { from, at: to };
        bestBytes = bytes;
      }
      if (bytes === LONG_BYTES || ++choices === CHOICES) break;
    }
    return best && this.#back(best, body, at);
  }

  /** As far to the front as both are alike. */
  #back({ from, at }: Place, body: Uint8Array, notBefore: number): Place {
    let back = 0;
    while (
      at - back > notBefore && from > back &&
      this.#base[from - back - 1] === body[at - back - 1]
    ) back++;
    return { from: from - back, at: at - back };
  }
}

/** How many bytes are the same from there on, up to `most`. */
export function equalBytes(
  base: Uint8Array,
  from: number,
  body: Uint8Array,
  at: number,
  most = Infinity,
): number {
  const end = Math.min(most, base.byteLength - from, body.byteLength - at);
  let count = 0;
  while (count < end && base[from + count] === body[at + count]) count++;
  return count;
}

function hash(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let count = 0; count < SEED_BYTES; count++) {
    value = Math.imul(value ^ bytes[at + count]!, 0x01000193);
  }
  return value ^ value >>> 15;
}
