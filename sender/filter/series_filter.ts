// Filters one exposition as it comes, as metric_relabel_configs on `__name__` do.

import { HASH, skipBlanks } from "../exposition/byte_class.ts";
import { latin1 } from "../exposition/number.ts";
import { ByteBuffer } from "../byte_buffer.ts";
import { KeptMetadata } from "./kept_metadata.ts";
import { LineScanner } from "./line_scanner.ts";
import type { NameFilter } from "./name_filter.ts";

/** No line is longer than this, nor is more of a body held back. */
export const MAX_LINE_BYTES = 2 ** 20;

const LINE_FEED = Uint8Array.of(0x0a);

/** What is kept of one body. Lines it doesn't understand are, for Prometheus to judge. */
export class SeriesFilter {
  readonly #passes: NameFilter;
  readonly #kept = new ByteBuffer();
  readonly #metadata = new KeptMetadata();
  readonly #scanner = new LineScanner();
  readonly #decided = new Map<string, boolean>();
  #rest = new Uint8Array(0);
  #lastName = new Uint8Array(0);
  #lastPasses = false;
  #lastKept = false;

  constructor(passes: NameFilter) {
    this.#passes = passes;
  }

  /** Takes the next bytes; false where a line is longer than {@linkcode MAX_LINE_BYTES}. */
  push(chunk: Uint8Array): boolean {
    const bytes = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    const used = this.#filter(bytes);
    this.#rest = bytes.slice(used);
    return this.#rest.length <= MAX_LINE_BYTES;
  }

  /** Ends the body, and returns what is kept of it. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#rest.length === 0) return this.#kept.bytes();
    // With a quote still open, a line feed ends no line, and Prometheus refuses the body.
    if (this.#filter(concat(this.#rest, LINE_FEED)) === 0) this.#kept.append(this.#rest);
    else if (this.#lastKept) return this.#kept.bytes().subarray(0, -1);
    return this.#kept.bytes();
  }

  /** Filters the whole lines; returns how many bytes those are. */
  #filter(bytes: Uint8Array): number {
    const scanner = this.#scanner;
    let at = 0;
    let runStart = 0; // what is kept is copied in runs of lines
    for (;;) {
      const kind = scanner.scan(bytes, at);
      if (kind === undefined) break;
      const { end } = scanner;
      let before: readonly Uint8Array[] = NONE;
      let kept = true;
      if (kind === "metadata") {
        before = this.#addMetadata(bytes, at);
        kept = false; // it is among those lines
      } else if (kind === "series") {
        if (!this.#isLast(bytes)) before = this.#decide(bytes);
        kept = this.#lastPasses;
      }
      this.#lastKept = kept || (kind === "metadata" && before.length > 0);
      if (!kept || before.length > 0) {
        this.#kept.append(bytes.subarray(runStart, at));
        for (const line of before) this.#kept.append(line);
        runStart = kept ? at : end;
      }
      at = end;
    }
    this.#kept.append(bytes.subarray(runStart, at));
    return at;
  }

  /** Whether the line is about the same metric as the series before. */
  #isLast(bytes: Uint8Array): boolean {
    const { nameStart, nameEnd } = this.#scanner;
    const last = this.#lastName;
    if (nameEnd - nameStart !== last.length) return false;
    for (let i = 0; i < last.length; i++) {
      if (bytes[nameStart + i] !== last[i]) return false;
    }
    return true;
  }

  /** Decides on a metric, and returns the metadata to write before it. */
  #decide(bytes: Uint8Array): readonly Uint8Array[] {
    const { nameStart, nameEnd, quoted } = this.#scanner;
    this.#lastName = bytes.slice(nameStart, nameEnd);
    const name = latin1(bytes, nameStart, nameEnd);
    const known = this.#decided.get(name);
    if (known !== undefined) {
      this.#lastPasses = known;
      return NONE;
    }
    const text = utf8.decode(this.#lastName);
    this.#lastPasses = this.#passes(quoted ? unescape(text) : text);
    this.#decided.set(name, this.#lastPasses);
    return this.#lastPasses ? this.#metadata.keep(name) : NONE;
  }

  #addMetadata(bytes: Uint8Array, start: number): readonly Uint8Array[] {
    const { nameStart, nameEnd, textStart, end } = this.#scanner;
    const isType = bytes[keywordAt(bytes, start)] === 0x54; // T
    const type = isType
      ? latin1(bytes, textStart, Math.min(end, textStart + 32)).trim()
      : undefined;
    const name = latin1(bytes, nameStart, nameEnd);
    return this.#metadata.add(name, bytes.subarray(start, end), type);
  }
}

const utf8 = new TextDecoder();
const NONE: readonly Uint8Array[] = [];

/** Of a line of metadata. */
function keywordAt(bytes: Uint8Array, start: number): number {
  return skipBlanks(bytes, bytes.indexOf(HASH, start) + 1);
}

function unescape(name: string): string {
  return name.replace(/\\(["\\n])/g, (_, character) => character === "n" ? "\n" : character);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
