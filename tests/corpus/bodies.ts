// Bodies that are not what their headers say, and with which status each is refused.

import { constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

/** A body of a PUT. */
export interface BodyCase {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly status: number;
}

const TEXT = new TextEncoder().encode("# TYPE x gauge\nx 1\n".repeat(10));
const GZIP = gzipSync(TEXT);
const ZSTD = zstdCompressSync(TEXT);
/** Of a limit of 1,000 bytes. */
const LARGE = new Uint8Array(100_000);

const gzip = { "Content-Encoding": "gzip" };
const zstd = { "Content-Encoding": "zstd" };
const problem = { "Content-Type": "application/problem+json" };

function bytes(...parts: (Uint8Array | string | number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) => [...typeof part === "string" ? new TextEncoder().encode(part) : part]),
  );
}

function changed(body: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const copy = bytes(body);
  copy[at < 0 ? copy.length + at : at]! ^= 0xff;
  return copy;
}

/** A gzip header with these flags and fields, before the rest of one that is right. */
function gzipWith(flags: number, fields: number[]): Uint8Array<ArrayBuffer> {
  return bytes([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3], fields, GZIP.subarray(10));
}

/** A frame of zstd: magic, descriptor and what follows. */
function zstdFrame(...rest: number[]): Uint8Array<ArrayBuffer> {
  return bytes([0x28, 0xb5, 0x2f, 0xfd], rest);
}

type Row = readonly [
  name: string,
  headers: BodyCase["headers"],
  body: Uint8Array,
  status: number,
];

const ROWS: readonly Row[] = [
  ["gzip as it should be", gzip, GZIP, 204],
  ["two members", gzip, bytes(GZIP, GZIP), 204],
  ["a member with a name", gzip, gzipWith(8, [97, 0]), 204],
  ["nothing for gzip", gzip, bytes(), 400],
  ["text for gzip", gzip, TEXT, 400],
  ["zlib for gzip", gzip, deflateSync(TEXT), 400],
  ["bare deflate for gzip", gzip, deflateRawSync(TEXT), 400],
  ["zstd for gzip", gzip, ZSTD, 400],
  ["a header alone", gzip, GZIP.subarray(0, 10), 400],
  ["a name without end", gzip, bytes([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3], "a".repeat(500)), 400],
  ["an extra field longer than all", gzip, gzipWith(4, [255, 255]), 400],
  ["reserved flags", gzip, gzipWith(0xe0, []), 400],
  ["another method", gzip, changed(GZIP, 2), 400],
  ["a wrong checksum", gzip, changed(GZIP, -8), 400],
  ["a wrong length", gzip, changed(GZIP, -1), 400],
  ["a cut end", gzip, GZIP.subarray(0, -1), 400],
  ["zeros behind it", gzip, bytes(GZIP, new Uint8Array(9)), 400],
  ["garbage behind it", gzip, bytes(GZIP, "garbage"), 400],
  ["half a member behind it", gzip, bytes(GZIP, GZIP.subarray(0, 15)), 400],
  ["a bomb", gzip, gzipSync(LARGE), 413],
  ["a bomb without end", gzip, gzipSync(LARGE, { finishFlush: constants.Z_SYNC_FLUSH }), 413],
  ["gzip in gzip", { "Content-Encoding": "gzip, gzip" }, gzipSync(GZIP), 415],
  ["zstd as it should be", zstd, ZSTD, 204],
  ["two frames", zstd, bytes(ZSTD, ZSTD), 204],
  ["nothing for zstd", zstd, bytes(), 400],
  ["text for zstd", zstd, TEXT, 400],
  ["a skippable frame", zstd, bytes([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0]), 400],
  ["a frame of a dictionary", zstd, zstdFrame(0x21, 1, 0), 400],
  ["a window of 2 GiB", zstd, zstdFrame(0, 0xa8, 1, 0, 0), 400],
  ["a reserved block", zstd, zstdFrame(0x20, 1, 7, 0, 0), 400],
  ["a block longer than all", zstd, zstdFrame(0x20, 1, 0xf9, 0xff, 0xff), 400],
  ["a frame that promises 2^64", zstd, zstdFrame(0xe0, ...Array(8).fill(255), 1, 0, 0), 400],
  ["a cut frame", zstd, ZSTD.subarray(0, -1), 400],
  ["garbage behind a frame", zstd, bytes(ZSTD, "garbage"), 400],
  ["a bomb of zstd", zstd, zstdCompressSync(LARGE), 413],
  ["a report", problem, bytes('{"cause": "source_timeout", "detail": "late"}'), 204],
  ["a report of nothing", problem, bytes("{}"), 204],
  ["a report that is no JSON", problem, TEXT, 400],
  ["a report that is empty", problem, bytes(), 400],
  ["a report that is a list", problem, bytes("[]"), 400],
  ["a report that is null", problem, bytes("null"), 400],
  ["a report that is no UTF-8", problem, bytes('{"detail": "', [0xff], '"}'), 400],
  ["a report in UTF-16", problem, bytes("{\0}\0"), 400],
  ["a report of brackets", problem, bytes("[".repeat(900)), 400],
  ["a report packed and cut", { ...problem, ...gzip }, GZIP.subarray(0, 20), 400],
  ["a prototype in a report", problem, bytes('{"__proto__": {"cause": "x"}}'), 204],
];

export const BODIES: readonly BodyCase[] = ROWS.map(([name, headers, body, status]) => ({
  ...{ name, headers, body: bytes(body), status },
}));
