// Finds every intact record of a segment, whatever happened to the bytes between.

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { SegmentReader } from "./disk.ts";
import { type Header, PREFIX_BYTES, readPrefix, SUFFIX_BYTES } from "./record.ts";

/** An intact record. Its body is `bodyBytes` long and begins at `bodyAt`. */
export interface FoundRecord {
  readonly header: Header;
  readonly bodyAt: number;
  readonly bodyBytes: number;
}

/** What was no record. */
export interface Damage {
  /** Stretches of bytes that hold no intact record. */
  damaged: number;
  /** Whether the last record was never written to its end: as after a crash. */
  cut: boolean;
}

const UTF8 = new TextDecoder();
const WINDOW_BYTES = 1 << 20;
/** Where a disk can't be read, so much is given up at once. */
const PAGE_BYTES = 4096;

/**
 * Every intact record in its order. Each byte is read once, and once more in a search
 * for the next record after damage: no body can make that longer, for none holds the
 * marker. Counts in `damage` what it passed over.
 */
export function* scanSegment(
  reader: SegmentReader,
  marker: Uint8Array,
  damage: Damage,
): Generator<FoundRecord> {
  const window = new Window(reader);
  let at = 0;
  while (at < reader.bytes) {
    const found = readRecord(at);
    if (found !== undefined) {
      yield found;
      at = found.bodyAt + found.bodyBytes + SUFFIX_BYTES;
      continue;
    }
    const next = window.find(marker, at + 1);
    if (next === undefined && isCut(at)) damage.cut = true;
    else damage.damaged++;
    at = next ?? reader.bytes;
  }

  function readRecord(at: number): FoundRecord | undefined {
    const lengths = readPrefix(window.view(at, PREFIX_BYTES), marker);
    if (lengths === undefined || lengths.headerBytes > WINDOW_BYTES) return undefined;
    const { headerBytes, bodyBytes } = lengths;
    const headerAt = at + PREFIX_BYTES;
    const bodyAt = headerAt + headerBytes;
    const end = bodyAt + bodyBytes;
    if (end + SUFFIX_BYTES > reader.bytes) return undefined;
    const text = window.view(headerAt, headerBytes).slice();
    let crc = crc32(text);
    for (let from = bodyAt; from < end; from += WINDOW_BYTES) {
      crc = crc32(window.view(from, Math.min(WINDOW_BYTES, end - from)), crc);
    }
    const suffix = window.view(end, SUFFIX_BYTES);
    if (new DataView(suffix.buffer, suffix.byteOffset).getUint32(0, true) !== crc) return undefined;
    const header: Header = JSON.parse(UTF8.decode(text));
    return { header, bodyAt, bodyBytes };
  }

  /** Whether a record begins here that the end of the segment cuts off. */
  function isCut(at: number): boolean {
    const lengths = readPrefix(window.view(at, PREFIX_BYTES), marker);
    const needed = lengths === undefined
      ? PREFIX_BYTES
      : PREFIX_BYTES + lengths.headerBytes + lengths.bodyBytes + SUFFIX_BYTES;
    return at + needed > reader.bytes;
  }
}

/** The part of a segment that is in memory. What can't be read is zeros: damage like any other. */
class Window {
  readonly #reader: SegmentReader;
  readonly #bytes = new Uint8Array(2 * WINDOW_BYTES);
  #at = 0;
  #length = 0;

  constructor(reader: SegmentReader) {
    this.#reader = reader;
  }

  /** Up to `length` bytes, fewer at the end of the segment; they hold until the next call. */
  view(at: number, length: number): Uint8Array {
    const end = Math.min(at + length, this.#reader.bytes);
    if (at < this.#at || end > this.#at + this.#length) this.#fill(at);
    return this.#bytes.subarray(at - this.#at, Math.max(at, end) - this.#at);
  }

  /** Where `marker` stands next. */
  find(marker: Uint8Array, from: number): number | undefined {
    for (let at = from; at < this.#reader.bytes; at += WINDOW_BYTES) {
      const view = this.view(at, WINDOW_BYTES + marker.byteLength - 1);
      const index = Buffer.from(view.buffer, view.byteOffset, view.byteLength).indexOf(marker);
      if (index >= 0) return at + index;
    }
    return undefined;
  }

  #fill(at: number): void {
    this.#at = at;
    this.#length = Math.max(0, Math.min(this.#bytes.byteLength, this.#reader.bytes - at));
    const into = this.#bytes.subarray(0, this.#length);
    try {
      readWhole(this.#reader, at, into);
    } catch {
      for (let from = 0; from < into.byteLength; from += PAGE_BYTES) {
        const page = into.subarray(from, from + PAGE_BYTES);
        try {
          readWhole(this.#reader, at + from, page);
        } catch {
          page.fill(0);
        }
      }
    }
  }
}

/** Fills `into`; throws where that can't be, as where a disk is broken. */
export function readWhole(reader: SegmentReader, at: number, into: Uint8Array): void {
  for (let got = 0; got < into.byteLength;) {
    const read = reader.readAt(at + got, into.subarray(got));
    if (read === 0) throw new Error("segment is shorter than it was");
    got += read;
  }
}
