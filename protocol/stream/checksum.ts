// The checksum of bodies: CRC-32 as gzip has it.

import { crc32 } from "node:zlib";

/** From 0 to 2^32 - 1. */
export function checksum(body: Uint8Array): number {
  return crc32(body);
}

/** Whether these bytes end as one gzip member of that body does (RFC 1952, 2.3.1). */
export function isGzipOf(
  packed: Uint8Array,
  { bodyBytes, checksum }: { readonly bodyBytes: number; readonly checksum: number },
): boolean {
  if (packed.byteLength < 18) return false;
  const end = new DataView(packed.buffer, packed.byteOffset + packed.byteLength - 8, 8);
  return end.getUint32(0, true) === checksum && end.getUint32(4, true) === bodyBytes % 2 ** 32;
}
