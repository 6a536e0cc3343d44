// Unpacks bodies: once to check what arrives, and for scrapers that take no packed answer.

import { Readable } from "node:stream";
import { constants, createGunzip, zstdDecompressSync } from "node:zlib";
import { formatSize } from "../protocol/mod.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Encoding, Snapshot } from "./snapshot.ts";
import { MAX_WINDOW_LOG, splitZstdFrames } from "./zstd_frame.ts";

const CHUNK_BYTES = 64 * 1024;

/** How large a body is once unpacked. */
export type Unpacked = { readonly ok: true; readonly unpackedBytes: number } | Refusal;

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
  switch (encoding) {
    case "gzip":
      return await checkGzip(body, maxUnpackedBytes);
    case "zstd":
      return checkZstd(body, maxUnpackedBytes);
    case "identity":
      return body.byteLength > maxUnpackedBytes
        ? tooLarge(maxUnpackedBytes)
        : { ok: true, unpackedBytes: body.byteLength };
  }
}

/** The exposition itself. A snapshot has been checked before: nothing in it can fail. */
export function unpack(snapshot: Snapshot): BodyInit {
  const { body, encoding, unpackedBytes } = snapshot;
  switch (encoding) {
    case "identity":
      return body;
    case "gzip":
      return Readable.toWeb(createGunzip().end(body)) as ReadableStream<Uint8Array>;
    case "zstd": {
      const split = splitZstdFrames(body);
      const frames = split.ok ? split.frames : [];
      return new Blob(frames.map((frame) => unpackFrame(frame, unpackedBytes)));
    }
  }
}

function checkGzip(body: Uint8Array, maxUnpackedBytes: number): Promise<Unpacked> {
  const { promise, resolve } = Promise.withResolvers<Unpacked>();
  const unpacker = createGunzip({ chunkSize: CHUNK_BYTES });
  let unpackedBytes = 0;
  let last: ArrayBuffer | undefined;
  unpacker.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
    unpackedBytes += chunk.byteLength;
    // A new chunk means that the one before is nobody's any more. Left to the collector
    // they pile up: 50 MiB of them for a bomb, and a whole one for each small push.
    if (last !== chunk.buffer) last?.transfer(0);
    last = chunk.buffer;
    if (unpackedBytes > maxUnpackedBytes) {
      unpacker.destroy();
      resolve(tooLarge(maxUnpackedBytes));
    }
  });
  unpacker.on("error", () => resolve(refuse("broken_body", "gzip body is damaged or cut")));
  unpacker.on("end", () => {
    last?.transfer(0);
    // What follows the last member is ignored here, but Prometheus would choke on it.
    resolve(
      unpacker.bytesWritten === body.byteLength
        ? { ok: true, unpackedBytes }
        : refuse("broken_body", "gzip body has something after its end"),
    );
  });
  unpacker.end(body);
  return promise;
}

/**
 * Frame by frame and at once: the runtime's zstd stream throws past every handler
 * where a frame is damaged, ends without an error where it is cut, and stops after
 * the first.
 */
function checkZstd(body: Uint8Array, maxUnpackedBytes: number): Unpacked {
  const split = splitZstdFrames(body);
  if (!split.ok) return refuse("broken_body", `zstd body ${split.fault}`);
  let unpackedBytes = 0;
  try {
    for (const frame of split.frames) {
      const unpacked = unpackFrame(frame, maxUnpackedBytes - unpackedBytes);
      unpackedBytes += unpacked.byteLength;
      unpacked.buffer.transfer(0);
    }
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(maxUnpackedBytes)
      : refuse("broken_body", "zstd body is damaged");
  }
  return { ok: true, unpackedBytes };
}

function unpackFrame(frame: Uint8Array, maxUnpackedBytes: number): Uint8Array<ArrayBuffer> {
  // A limit of 0 would be none; one byte too many is found here or with the next frame.
  const unpacked = zstdDecompressSync(frame, {
    maxOutputLength: maxUnpackedBytes + 1,
    params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
  });
  if (unpacked.byteLength > maxUnpackedBytes) {
    throw Object.assign(new Error("zstd frame is too large"), { code: "ERR_BUFFER_TOO_LARGE" });
  }
  return unpacked as Uint8Array<ArrayBuffer>;
}

function tooLarge(maxUnpackedBytes: number): Refusal {
  return refuse("too_large", `body unpacks to more than ${formatSize(maxUnpackedBytes)}`);
}
