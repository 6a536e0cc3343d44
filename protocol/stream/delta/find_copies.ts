// Finds what a body has in common with the one before it, in order. Bytes are all it knows.

/** One step: copy from the base, then literals of the body, then move on in the base. */
export interface Operation {
  readonly copy: number;
  readonly literals: number;
  /** May be negative. */
  readonly skip: number;
}

/** So many equal bytes mean that both are in step again. */
const IN_STEP_BYTES = 6;
/** How far ahead that is looked for, in both. A changed value is shorter. */
const NEAR_BYTES = 32;
/** Farther away, or out of order, it takes so many. */
const SEED_BYTES = 16;
/** Every so many bytes of the base a place is remembered. */
const SEED_STEP = 8;
/** With more it is another body rather than a changed one. */
const MAX_OPERATIONS = 8_192;

/** Operations that make `body` of `base`; `undefined` where they have too little in common. */
export function findCopies(base: Uint8Array, body: Uint8Array): Operation[] | undefined {
  const operations: Operation[] = [];
  let seeds: Seeds | undefined;
  let from = 0;
  let at = 0;
  for (;;) {
    const copy = equalBytes(base, from, body, at);
    from += copy;
    at += copy;
    if (at === body.byteLength) return [...operations, { copy, literals: 0, skip: 0 }];
    const next = nearby(base, from, body, at) ??
      (seeds ??= new Seeds(base)).find(body, at) ??
      { from, at: body.byteLength };
    operations.push({ copy, literals: next.at - at, skip: next.from - from });
    if (next.at === body.byteLength) return operations;
    if (operations.length === MAX_OPERATIONS) return undefined;
    ({ from, at } = next);
  }
}

interface Place {
  /** In the base. */
  readonly from: number;
  /** In the body. */
  readonly at: number;
}

/** How many bytes are the same from there on. */
function equalBytes(base: Uint8Array, from: number, body: Uint8Array, at: number): number {
  const most = Math.min(base.byteLength - from, body.byteLength - at);
  let count = 0;
  while (count < most && base[from + count] === body[at + count]) count++;
  return count;
}

/** Where both go on alike a little later; a value that kept its length is tried first. */
function nearby(base: Uint8Array, from: number, body: Uint8Array, at: number): Place | undefined {
  for (let far = 1; far <= NEAR_BYTES; far++) {
    if (inStep(base, from + far, body, at + far)) return { from: from + far, at: at + far };
    for (let less = far - 1; less >= 0; less--) {
      if (inStep(base, from + less, body, at + far)) return { from: from + less, at: at + far };
      if (inStep(base, from + far, body, at + less)) return { from: from + far, at: at + less };
    }
  }
  return undefined;
}

function inStep(base: Uint8Array, from: number, body: Uint8Array, at: number): boolean {
  if (base[from] !== body[at] || at + IN_STEP_BYTES > body.byteLength) return false;
  for (let count = 1; count < IN_STEP_BYTES; count++) {
    if (base[from + count] !== body[at + count]) return false;
  }
  return true;
}

/** Places of the base by what stands there. */
class Seeds {
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

  /** The next place of the body, from `at` on, that stands in the base, too. */
  find(body: Uint8Array, at: number): Place | undefined {
    for (let to = at; to + SEED_BYTES <= body.byteLength; to++) {
      const from = this.#places[hash(body, to) & this.#places.length - 1]! - 1;
      if (from < 0 || equalBytes(this.#base, from, body, to) < SEED_BYTES) continue;
      let back = 0;
      while (back < to - at && back < from && this.#base[from - back - 1] === body[to - back - 1]) {
        back++;
      }
      return { from: from - back, at: to - back };
    }
    return undefined;
  }
}

function hash(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let count = 0; count < SEED_BYTES; count++) {
    value = Math.imul(value ^ bytes[at + count]!, 0x01000193);
  }
  return value ^ value >>> 15;
}
