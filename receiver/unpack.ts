// Unpacks bodies: once to check what arrives, and for scrapers that take no packed answer.

import { Readable } from "node:stream";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { formatSize } from "../protocol/mod.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Encoding, Snapshot } from "./snapshot.ts";
import { checkZstdFrame, MAX_WINDOW_LOG } from "./zstd_frame.ts";

const CHUNK_BYTES = 64 * 1024;

/** How large a body is once unpacked. */
export type Unpacked =
  | { readonly ok: true; readonly unpackedBytes: number }
  | Refusal;

/** The encoding that a `Content-Encoding` names, or `undefined` for one not taken. */
export function parseEncoding(header: string | null): Encoding | undefined {
  switch (header?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return "identity";
    case "gzip":
    case "x-gzip":
      return "gzip";
    case "zstd":
      return "zstd";
    default:
      return undefined;
  }
}

/**
 * Unpacks a body without keeping what comes out, to see that it is whole, sound
 * and not larger than `maxUnpackedBytes`. A bomb is refused at that size, however
 * large it would become.
 */
export async function checkPacked(
  body: Uint8Array,
  encoding: Encoding,
  maxUnpackedBytes: number,
): Promise<Unpacked> {
  if (encoding === "identity") {
    return body.byteLength > maxUnpackedBytes
      ? tooLarge(maxUnpackedBytes)
      : { ok: true, unpackedBytes: body.byteLength };
  }
  // A frame that was cut short ends the runtime's zstd stream without an error.
  const fault = encoding === "zstd" ? checkZstdFrame(body) : undefined;
  if (fault !== undefined) return refuse("broken_body", `zstd body ${fault}`);
  return await count(body, encoding, maxUnpackedBytes);
}

/** The exposition itself, unpacked as it is read. */
export function unpack(snapshot: Snapshot): ReadableStream<Uint8Array> {
  const unpacker = createUnpacker(snapshot.encoding);
  unpacker.end(snapshot.body);
  return Readable.toWeb(unpacker) as ReadableStream<Uint8Array>;
}

function createUnpacker(encoding: Encoding) {
  return encoding === "zstd"
    ? createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    })
    : createGunzip({ chunkSize: CHUNK_BYTES });
}

function count(
  body: Uint8Array,
  encoding: Encoding,
  maxUnpackedBytes: number,
): Promise<Unpacked> {
  const { promise, resolve } = Promise.withResolvers<Unpacked>();
  const unpacker = createUnpacker(encoding);
  let unpackedBytes = 0;
  unpacker.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
    unpackedBytes += chunk.byteLength;
    // A full chunk is nobody's any more. Left to the collector, 50 MiB of them pile up.
    if (chunk.byteLength === chunk.buffer.byteLength) chunk.buffer.transfer(0);
    if (unpackedBytes > maxUnpackedBytes) {
      unpacker.destroy();
      resolve(tooLarge(maxUnpackedBytes));
    }
  });
  unpacker.on(
    "error",
    () => resolve(refuse("broken_body", `${encoding} body is damaged or cut`)),
  );
  unpacker.on("end", () => {
    // What follows the last member is ignored here, but Prometheus would choke on it.
    resolve(
      unpacker.bytesWritten === body.byteLength
        ? { ok: true, unpackedBytes }
        : refuse("broken_body", `${encoding} body has something after its end`),
    );
  });
  unpacker.end(body);
  return promise;
}

function tooLarge(maxUnpackedBytes: number): Refusal {
  return refuse(
    "too_large",
    `body unpacks to more than ${formatSize(maxUnpackedBytes)}`,
  );
}
