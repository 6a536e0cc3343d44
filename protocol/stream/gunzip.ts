// Unpacks a body whose length is known and not large, at once.

import { gunzipSync } from "node:zlib";

/** `undefined` where it is damaged, or not of that length. */
export function gunzip(
  packed: Uint8Array,
  bodyBytes: number,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    // A limit of 0 would be none.
    const body = gunzipSync(packed, { maxOutputLength: bodyBytes + 1 });
    if (body.byteLength !== bodyBytes) return undefined;
    const { buffer, byteLength } = body;
    return byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer)
      : Uint8Array.from(body);
  } catch {
    return undefined;
  }
}
