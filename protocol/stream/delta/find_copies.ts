// Finds what a body has in common with the one before it. Bytes are all it knows.

import { equalBytes, LONG_BYTES, type Place, Seeds } from "./seeds.ts";

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
/** Copies shorter than this are what comes of being in step with the wrong line. */
const SHORT_BYTES = 64;
/** After so many of them the right one is looked for. */
const MAX_SHORT = 8;
/** So far ahead, where there is another choice. */
const MAX_DETOUR_BYTES = 2_048;
/** With more it is another body rather than a changed one. */
const MAX_OPERATIONS = 8_192;

/** Operations that make `body` of `base`; `undefined` where they have too little in common. */
export function findCopies(base: Uint8Array, body: Uint8Array): Operation[] | undefined {
  const operations: Operation[] = [];
  let seeds: Seeds | undefined;
  let from = 0;
  let at = 0;
  for (let short = 0;;) {
    const copy = equalBytes(base, from, body, at);
    from += copy;
    at += copy;
    if (at === body.byteLength) return [...operations, { copy, literals: 0, skip: 0 }];
    short = copy < SHORT_BYTES ? short + 1 : 0;
    let next = nearby(base, from, body, at);
    if (next === undefined || short === MAX_SHORT) {
      // Else each look could go through all of the body, for nothing.
      const within = next === undefined ? Infinity : MAX_DETOUR_BYTES;
      const far = (seeds ??= new Seeds(base)).find(body, at, { within });
      next = longer(base, body, { near: next, far });
      short = 0;
    }
    next ??= { from, at: body.byteLength };
    operations.push({ copy, literals: next.at - at, skip: next.from - from });
    if (next.at === body.byteLength) return operations;
    if (operations.length === MAX_OPERATIONS) return undefined;
    ({ from, at } = next);
  }
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
  return base[from] === body[at] &&
    equalBytes(base, from, body, at, IN_STEP_BYTES) === IN_STEP_BYTES;
}

/** The far place only where it is worth the way. */
function longer(
  base: Uint8Array,
  body: Uint8Array,
  { near, far }: { readonly near: Place | undefined; readonly far: Place | undefined },
): Place | undefined {
  if (near === undefined || far === undefined) return near ?? far;
  const nearBytes = equalBytes(base, near.from, body, near.at, LONG_BYTES);
  const farBytes = equalBytes(base, far.from, body, far.at, LONG_BYTES);
  return farBytes - (far.at - near.at) > 2 * nearBytes + SHORT_BYTES ? far : near;
}
