// Gzips a body for the way.

import { gzip, gzipSync } from "node:zlib";
import type { Scraped } from "./report.ts";

/** Half the work of level 6 for three bytes in a hundred more, measured on a node exporter. */
const OPTIONS = { level: 3 } as const;
/** Up to here packing is done before a timer could notice. */
export const MAX_SYNC_BYTES = 256 * 1024;

/** The body, gzipped; a large one without holding up what else goes on. */
export async function pack(body: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (body.byteLength <= MAX_SYNC_BYTES) return packNow(body);
  const { promise, resolve, reject } = Promise.withResolvers<
    Uint8Array<ArrayBuffer>
  >();
  gzip(
    body,
    OPTIONS,
    (error, packed) => error ? reject(error) : resolve(packed as Uint8Array<ArrayBuffer>),
  );
  return await promise;
}

/** The body, gzipped, with all else waiting for it. */
export function packNow(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return gzipSync(body, OPTIONS) as Uint8Array<ArrayBuffer>;
}

const done = new WeakMap<Scraped, Promise<Uint8Array<ArrayBuffer>>>();

/** What a source said, gzipped: by itself, or here, once for all destinations and attempts. */
export function packed(scraped: Scraped): Promise<Uint8Array<ArrayBuffer>> {
  if (scraped.encoding === "gzip") return Promise.resolve(scraped.body);
  const packing = done.get(scraped) ?? pack(scraped.body);
  done.set(scraped, packing);
  return packing;
}
