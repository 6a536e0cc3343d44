// What a source said, unpacked: a stream has deltas of that, and says its length and checksum.

import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { MAX_SYNC_BYTES } from "../pack.ts";
import type { Refusal } from "../refusal.ts";
import type { Scraped } from "../report.ts";

const TOO_LARGE: Refusal = { status: 413, text: "body unpacks to more than it may" };

/** More than this the runtime doesn't know as a limit. */
const MOST_BYTES = 2 ** 31 - 1;

/** The plain bytes, or why there are none that a receiver would take. */
export async function unpack(
  { body, encoding }: Scraped,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  if (encoding === "identity") return body.byteLength <= maxBytes ? body : TOO_LARGE;
  const options = { maxOutputLength: Math.min(maxBytes, MOST_BYTES) };
  try {
    const unpacked = body.byteLength <= MAX_SYNC_BYTES
      ? gunzipSync(body, options)
      : await promisify(gunzip)(body, options);
    return unpacked as Uint8Array<ArrayBuffer>;
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error &&
      error.code === "ERR_BUFFER_TOO_LARGE";
    return isTooLarge ? TOO_LARGE : { status: 400, text: "gzip body is cut or damaged" };
  }
}
