// One record of the state: a target's last push, or that the target is gone, as bytes.
//
//   marker  16   the same for all records of a segment, and known to nobody else
//   lengths  8   of header and body, 32 bits each, the least byte first
//   crc32    4   of the lengths: one that is damaged is never followed
//   header       JSON
//   body         the snapshot as it was pushed; nothing for all else
//   crc32    4   of header and body

import { crc32 } from "node:zlib";
import { type Labels, type SourceFailure, type Target, targetKey } from "../../protocol/mod.ts";
import type { Encoding } from "../snapshot.ts";
import type { Arrival, LiveContent, Sender, StoredPush } from "../push.ts";

export const MARKER_BYTES = 16;
/** All that stands before a header. */
export const PREFIX_BYTES = MARKER_BYTES + 12;
/** All that stands behind a body. */
export const SUFFIX_BYTES = 4;

/** What a header says of a snapshot whose body follows it. */
interface BodyHeader {
  readonly contentType: string;
  readonly encoding: Encoding;
  readonly unpackedBytes: number;
}

/** A header that tells a push. Each field is named, so that none is forgotten on the way back. */
export interface PushHeader {
  readonly target: Target;
  /** Milliseconds since 1970: a monotonic clock ends with its process. */
  readonly receivedAtMs: number;
  readonly ttlMs: number;
  readonly scrapedAtMs?: number | undefined;
  readonly clockAheadMs?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly labels: Labels;
  readonly sender: Sender;
  readonly sentBytes: number;
  readonly content: BodyHeader | SourceFailure | LiveContent;
  /** Not said by the first versions: then it was `put`. */
  readonly arrival?: Arrival | undefined;
}

/** What a record says: of a push, or by its key that a target is gone. */
export type Header = PushHeader | { readonly gone: string };

const UTF8 = new TextEncoder();
const NO_BODY = new Uint8Array(0);

/** The key of the target that a record is of. */
export function headerKey(header: Header): string {
  return "gone" in header ? header.gone : targetKey(header.target);
}

/** The parts of a record, in their order, for a push that came at `receivedAtMs` since 1970. */
export function pushRecord(
  { target, push }: StoredPush,
  { marker, receivedAtMs }: { readonly marker: Uint8Array; readonly receivedAtMs: number },
): Uint8Array[] {
  const { content, ttlMs, scrapedAtMs, clockAheadMs, intervalMs, labels, sender, sentBytes } = push;
  const { arrival } = push;
  const body = "body" in content ? content.body : NO_BODY;
  return record(marker, body, {
    ...{ target, receivedAtMs, ttlMs, scrapedAtMs, clockAheadMs, intervalMs, labels, sender },
    sentBytes,
    arrival,
    content: "body" in content
      ? {
        contentType: content.contentType,
        encoding: content.encoding,
        unpackedBytes: content.unpackedBytes,
      }
      : content,
  });
}

/** The parts of a record that tells that a target is gone. */
export function goneRecord(key: string, marker: Uint8Array): Uint8Array[] {
  return record(marker, NO_BODY, { gone: key });
}

/** The push that a header and its body make, with the time of it in the store's own clock. */
export function storedPush(
  header: PushHeader,
  { body, receivedAtMs }: {
    readonly body: Uint8Array<ArrayBuffer>;
    readonly receivedAtMs: number;
  },
): StoredPush {
  const { target, content, ttlMs, scrapedAtMs, clockAheadMs, intervalMs } = header;
  const { labels, sender, sentBytes, arrival = "put" } = header;
  return {
    target,
    receivedAtMs,
    push: {
      arrival,
      content: "contentType" in content
        ? {
          body,
          contentType: content.contentType,
          encoding: content.encoding,
          unpackedBytes: content.unpackedBytes,
        }
        : content,
      ...{ ttlMs, scrapedAtMs, clockAheadMs, intervalMs, labels, sender, sentBytes },
    },
  };
}

/** The lengths in a prefix; `undefined` where it is none of this marker, or damaged. */
export function readPrefix(
  prefix: Uint8Array,
  marker: Uint8Array,
): { readonly headerBytes: number; readonly bodyBytes: number } | undefined {
  if (prefix.byteLength < PREFIX_BYTES) return undefined;
  for (let i = 0; i < MARKER_BYTES; i++) if (prefix[i] !== marker[i]) return undefined;
  const view = new DataView(prefix.buffer, prefix.byteOffset + MARKER_BYTES);
  const lengths = prefix.subarray(MARKER_BYTES, MARKER_BYTES + 8);
  if (crc32(lengths) !== view.getUint32(8, true)) return undefined;
  return { headerBytes: view.getUint32(0, true), bodyBytes: view.getUint32(4, true) };
}

function record(marker: Uint8Array, body: Uint8Array, header: Header): Uint8Array[] {
  const headerBytes = UTF8.encode(JSON.stringify(header));
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set(marker);
  const view = new DataView(prefix.buffer, MARKER_BYTES);
  view.setUint32(0, headerBytes.byteLength, true);
  view.setUint32(4, body.byteLength, true);
  view.setUint32(8, crc32(prefix.subarray(MARKER_BYTES, MARKER_BYTES + 8)), true);
  const suffix = new Uint8Array(SUFFIX_BYTES);
  new DataView(suffix.buffer).setUint32(0, crc32(body, crc32(headerBytes)), true);
  return [prefix, headerBytes, body, suffix];
}
