// Deltas: a body as what changed since the one before, which takes a hundredth of its bytes.

import { findCopies } from "./find_copies.ts";
import { RangeDecoder } from "./range_decoder.ts";
import { RangeEncoder } from "./range_encoder.ts";
import { LiteralModel, NumberModel } from "./symbols.ts";

class Models {
  readonly copy = new NumberModel();
  readonly literals = new NumberModel();
  readonly skip = new NumberModel();
  readonly literal = new LiteralModel();
}

/** The delta that makes `body` of `base`; `undefined` where it would take more than `maxBytes`. */
export function encodeDelta(
  base: Uint8Array,
  body: Uint8Array,
  { maxBytes }: { readonly maxBytes: number },
): Uint8Array<ArrayBuffer> | undefined {
  const operations = findCopies(base, body);
  if (operations === undefined) return undefined;
  const models = new Models();
  const to = new RangeEncoder(maxBytes);
  let at = 0;
  for (const { copy, literals, skip } of operations) {
    models.copy.write(copy, to);
    at += copy;
    if (at === body.byteLength) break;
    models.literals.write(literals, to);
    for (const end = at + literals; at < end && !to.overflown; at++) {
      models.literal.write(body[at]!, to);
    }
    if (to.overflown) return undefined;
    if (at === body.byteLength) break;
    const more = skip - literals;
    models.skip.write(more < 0 ? -2 * more - 1 : 2 * more, to);
  }
  return to.finish();
}

/**
 * Undoes {@linkcode encodeDelta}: `bodyBytes` of body, or `undefined` where the delta is none.
 * Takes time and memory by `bodyBytes`, whatever the delta is; the caller has bounded them.
 */
export function decodeDelta(
  base: Uint8Array,
  delta: Uint8Array,
  { bodyBytes }: { readonly bodyBytes: number },
): Uint8Array<ArrayBuffer> | undefined {
  const body = new Uint8Array(bodyBytes);
  const models = new Models();
  const from = new RangeDecoder(delta);
  let cursor = 0;
  for (let at = 0, isFirst = true;; isFirst = false) {
    const copy = models.copy.read(from);
    if (copy === undefined || copy > bodyBytes - at || copy > base.byteLength - cursor) return;
    body.set(base.subarray(cursor, cursor + copy), at);
    at += copy;
    cursor += copy;
    if (at === bodyBytes) break;
    const literals = models.literals.read(from);
    if (literals === undefined || literals > bodyBytes - at) return;
    if (copy + literals === 0 && !isFirst) return;
    for (const end = at + literals; at < end; at++) {
      body[at] = models.literal.read(from);
      // A few bytes may promise a million of them.
      if (from.overrun) return;
    }
    if (at === bodyBytes) break;
    const skip = models.skip.read(from);
    if (skip === undefined || from.overrun) return;
    cursor += literals + (skip % 2 === 0 ? skip / 2 : -(skip + 1) / 2);
    if (cursor < 0 || cursor > base.byteLength) return;
  }
  return from.overrun ? undefined : body;
}
