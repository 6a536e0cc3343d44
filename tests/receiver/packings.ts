// Bodies and how they may be packed, for properties.

import fc from "fast-check";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";

/** Bytes as exporters send them: short or long, repetitive or not. */
const expositions: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat({ max: 3_000 }).map((length) => new Uint8Array(length).fill(7)),
  fc.array(fc.tuple(fc.constantFrom("up", "a_total", 'x{l="v"}'), fc.nat()), { maxLength: 60 }).map(
    (samples) => new TextEncoder().encode(samples.map(([n, v]) => `${n} ${v}\n`).join("")),
  ),
).map((bytes) => new Uint8Array(bytes));

/** Parameters of zstd that change the shape of a frame. */
const zstdParams: fc.Arbitrary<Record<number, number>> = fc.record({
  [constants.ZSTD_c_compressionLevel]: fc.constantFrom(-5, 1, 3, 16),
  [constants.ZSTD_c_checksumFlag]: fc.nat({ max: 1 }),
  [constants.ZSTD_c_contentSizeFlag]: fc.nat({ max: 1 }),
  [constants.ZSTD_c_windowLog]: fc.constantFrom(10, 13, 17),
});

/** Options of gzip that change the shape of a stream. */
const gzipOptions = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_RLE),
});

/** An exposition and what gzip makes of it. */
export const gzipped = fc.tuple(expositions, gzipOptions).map(([data, options]) => ({
  data,
  packed: new Uint8Array(gzipSync(data, options)),
}));

/** An exposition and what zstd makes of it: one frame, for it is short. */
export const zstd = fc.tuple(expositions, zstdParams).map(([data, params]) => ({
  data,
  packed: new Uint8Array(zstdCompressSync(data, { params })),
}));
