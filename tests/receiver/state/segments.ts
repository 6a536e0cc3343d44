// Segments for tests: records as a receiver writes them, one after the other.

import { Buffer } from "node:buffer";
import {
  goneRecord,
  type Header,
  MARKER_BYTES,
  pushRecord,
} from "../../../receiver/state/record.ts";
import { type Damage, scanSegment } from "../../../receiver/state/scan.ts";
import type { StoredPush } from "../../../receiver/push.ts";
import { bytesReader } from "../../fakes/memory_disk.ts";

export const MARKER = crypto.getRandomValues(new Uint8Array(MARKER_BYTES));

/** The bytes of one record: of a push, or of a key that is gone. */
export function recordBytes(
  what: StoredPush | string,
  marker: Uint8Array = MARKER,
): Uint8Array<ArrayBuffer> {
  const parts = typeof what === "string"
    ? goneRecord(what, marker)
    : pushRecord(what, { marker, receivedAtMs: what.receivedAtMs });
  return joined(parts);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

/** What a record holds, its body copied out. */
export interface Scanned {
  readonly header: Header;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** All that a scan finds in these bytes, and what it passes over. */
export function scan(
  bytes: Uint8Array,
  unreadable?: (offset: number, length: number) => boolean,
): { readonly found: Scanned[]; readonly damage: Damage } {
  const damage = { damaged: 0, cut: false };
  const found: Scanned[] = [];
  for (const each of scanSegment(bytesReader(bytes, unreadable), MARKER, damage)) {
    const body = Uint8Array.from(bytes.subarray(each.bodyAt, each.bodyAt + each.bodyBytes));
    found.push({ header: each.header, body });
  }
  return { found, damage };
}
