// A body on its way out: as a delta where that is worth it, in as many frames as it takes.

import type { Bases } from "./bases.ts";
import { checksum } from "./checksum.ts";
import { encodeDelta } from "./delta/mod.ts";
import type { BodyHead, ChunkFrame } from "./frame.ts";

/** What {@linkcode bodyHead} makes of a body. `payload` is all of it. */
export interface OutgoingBody extends Omit<BodyHead, "sentBytes"> {
  readonly encoding: BodyHead["encoding"];
}

/**
 * Of a body in one frame. A frame may hold four times as much, but on a slow link it would keep
 * all others waiting for as long, heartbeats too.
 */
export const PART_BYTES = 16 * 1024;

/** Beyond a part in so many gzip does as well, and more surely. */
const WORTH = 8;
/** But so few bytes are fine for any body. */
const FEW_BYTES = 256;

/** A delta of the channel's base, or `undefined`: there is none, or too much has changed. */
export function deltaBody(
  body: Uint8Array,
  { bases, channel }: { readonly bases: Bases; readonly channel: number },
): OutgoingBody | undefined {
  const base = bases.get(channel);
  const keep = bases.fits(channel, body.byteLength);
  if (base === undefined || !keep) return undefined;
  const maxBytes = Math.min(PART_BYTES, FEW_BYTES + Math.ceil(body.byteLength / WORTH));
  const payload = encodeDelta(base, body, { maxBytes });
  if (payload === undefined) return undefined;
  const bodyBytes = body.byteLength;
  return { encoding: "delta", keep, bodyBytes, checksum: checksum(body), payload };
}

/** The body as it is, or gzipped as `packed`; kept as a base where there is room for it. */
export function wholeBody(
  body: Uint8Array<ArrayBuffer>,
  { bases, channel, packed }: {
    readonly bases: Bases;
    readonly channel: number;
    readonly packed?: Uint8Array<ArrayBuffer>;
  },
): OutgoingBody {
  return {
    encoding: packed === undefined ? "identity" : "gzip",
    keep: bases.fits(channel, body.byteLength),
    bodyBytes: body.byteLength,
    checksum: checksum(body),
    payload: packed ?? body,
  };
}

/** What of a body goes into its first frame. */
export function firstPart(body: OutgoingBody): BodyHead {
  const { payload } = body;
  const sentBytes = payload.byteLength;
  return { ...body, sentBytes, payload: payload.subarray(0, PART_BYTES) };
}

/** The chunks behind the first frame of a body that has this number. */
export function* otherParts(
  { payload }: OutgoingBody,
  number: number,
): Generator<ChunkFrame, void> {
  for (let at = PART_BYTES; at < payload.byteLength; at += PART_BYTES) {
    yield { type: "chunk", number, payload: payload.subarray(at, at + PART_BYTES) };
  }
}
