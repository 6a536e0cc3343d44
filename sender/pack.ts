// Gzips a body for the way.

import { setImmediate as nextTurn } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import type { Scraped } from "./report.ts";

/** Half the work of level 6 for three bytes in a hundred more, measured on a node exporter. */
const OPTIONS = { level: 3 } as const;
/** Up to here packing is done before a timer could notice. */
export const MAX_SYNC_BYTES = 256 * 1024;

/** The body, gzipped; a large one without holding up what else goes on. */
export async function pack(body: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (body.byteLength <= MAX_SYNC_BYTES) return packNow(body);
  const packer = createGzip(OPTIONS);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  packer.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  packer.on("end", resolve);
  for (let at = 0; at < body.byteLength; at += MAX_SYNC_BYTES) {
    const part = body.subarray(at, at + MAX_SYNC_BYTES);
    await new Promise((resolve) => packer.write(part, resolve));
    // However it is asked to, the runtime packs all there is before a timer or a socket has its turn.
    await nextTurn();
  }
  packer.end();
  await ended;
  const packed = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    packed.set(chunk, at);
    at += chunk.byteLength;
  }
  return packed;
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
