// Reads Prometheus's text format, taking what its own parser takes.

import { BRACE_OPEN, HASH, IN_NAME, LF, QUOTE, STARTS_NAME } from "./byte_class.ts";
import { isBlank, lineEnd, runEnd, skipBlanks } from "./byte_class.ts";
import type { Entry, EntryReader, LabelSpan, Metadata, Objection, RefusedBy } from "./entry.ts";
import { describeStart, describeType, describeValue } from "./describe.ts";
import { LabelReader, quotedEnd } from "./label_reader.ts";
import { fitsInt64, latin1, readNumber } from "./number.ts";
import { isUtf8 } from "./utf8.ts";

const RULES = { spaces: true, lineEndsInValues: true, commasNeeded: false };
const TYPES: ReadonlySet<string> = new Set([
  "counter",
  "gauge",
  "histogram",
  "summary",
  "untyped",
]);

/** A reader of a whole body. */
export class TextReader implements EntryReader {
  at = 0;
  start = 0;
  readonly objections: Objection[] = [];
  readonly #bytes: Uint8Array;
  readonly #labels: LabelReader;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#labels = new LabelReader(bytes, RULES, this.objections);
  }

  next(): Entry {
    const bytes = this.#bytes;
    this.objections.length = 0;
    let first = skipBlanks(bytes, this.at);
    while (bytes[first] === LF) {
      this.at = first + 1;
      first = skipBlanks(bytes, this.at);
    }
    this.start = this.at;
    const byte = bytes[first] ?? 0;
    if (byte === 0) return this.#end(first);
    if (byte === HASH) return this.#comment(first + 1);
    if (STARTS_NAME[byte] !== 1 && byte !== BRACE_OPEN) {
      return this.#refuse(
        describeStart(bytes.subarray(this.at, lineEnd(bytes, this.at)), this.at === 0),
      );
    }
    if (first > this.at) this.#object("before 3.0", "Blanks stand before the name");
    return this.#sample(first);
  }

  #sample(start: number): Entry {
    const bytes = this.#bytes;
    const name = { start: this.at, end: runEnd(bytes, start, IN_NAME) };
    if (bytes[start] === BRACE_OPEN) name.start = name.end = 0;
    const labels: LabelSpan[] = [];
    let at = skipBlanks(bytes, bytes[start] === BRACE_OPEN ? start : name.end);
    if (bytes[at] === BRACE_OPEN) {
      if (!this.#labels.read(at + 1, labels, name)) return undefined;
      at = skipBlanks(bytes, this.#labels.at);
    }
    if (name.end === name.start) return this.#refuse("The series has no name");

    const valueEnd = this.#valueEnd(at);
    if (valueEnd === at) return this.#refuse("A value is missing");
    const number = readNumber(bytes, at, valueEnd);
    if (number !== "number") {
      return this.#refuse(describeValue(number, bytes.subarray(at, valueEnd)));
    }

    at = skipBlanks(bytes, valueEnd);
    const timestamp = { start: at, end: at };
    while (isDigit(bytes[timestamp.end])) timestamp.end++;
    if (!fitsInt64(bytes, timestamp.start, timestamp.end)) {
      return this.#refuse("The timestamp is out of range");
    }
    at = skipBlanks(bytes, timestamp.end);
    if (at < bytes.length && bytes[at] !== LF) {
      return this.#refuse("What stands behind the value is no timestamp in whole milliseconds");
    }
    this.at = at + 1;
    return { kind: "sample", name, labels, timestamp };
  }

  #comment(from: number): Entry {
    const bytes = this.#bytes;
    const at = skipBlanks(bytes, from);
    const spaced = at > from;
    const keyword = spaced ? latin1(bytes, at, Math.min(at + 4, bytes.length)) : "";
    if ((keyword === "HELP" || keyword === "TYPE") && isBlank(bytes[at + 4])) {
      return this.#metadata(keyword, skipBlanks(bytes, at + 4));
    }
    const end = lineEnd(bytes, at);
    const nul = bytes.indexOf(0, at);
    if (nul >= 0 && nul < end && (nul === at || !spaced)) return this.#end(nul);
    this.at = end + 1;
    return { kind: "comment" };
  }

  #metadata(keyword: "HELP" | "TYPE", from: number): Entry {
    const bytes = this.#bytes;
    const quoted = bytes[from] === QUOTE;
    const afterName = quoted ? quotedEnd(bytes, from, true) : runEnd(bytes, from, IN_NAME);
    if (afterName < 0) return this.#refuse("A closing quote is missing");
    if (afterName === from || (!quoted && STARTS_NAME[bytes[from]!] !== 1)) {
      return this.#refuse(`No metric's name stands behind ${keyword}`);
    }
    if (quoted) this.#object("before 3.0", "A quoted name is UTF-8 syntax");
    const name = quoted ? { start: from + 1, end: afterName - 1 } : { start: from, end: afterName };
    const end = lineEnd(bytes, afterName);
    // Whatever parts the name and the text is not looked at.
    const text = { start: Math.min(afterName + 1, end), end };
    const entry: Metadata = { kind: "metadata", keyword, name, text };
    if (
      keyword === "TYPE" && !TYPES.has(latin1(bytes, text.start, Math.min(end, text.start + 16)))
    ) {
      return this.#refuse(describeType(bytes.subarray(text.start, text.end)));
    }
    if (keyword === "HELP" && !isUtf8(bytes, text.start, end)) {
      return this.#refuse("The text of HELP is not UTF-8");
    }
    this.at = end + 1;
    return entry;
  }

  #valueEnd(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    for (;; at++) {
      const byte = bytes[at] ?? 0;
      if (byte <= 0x20 && (byte === LF || byte === 0 || isBlank(byte))) return at;
      if (byte === BRACE_OPEN) return at;
    }
  }

  #end(at: number): Entry {
    if (at < this.#bytes.length) {
      this.#object("none", "Prometheus reads no further than to the NUL byte here");
    }
    this.at = this.#bytes.length;
    return { kind: "end" };
  }

  #object(refusedBy: RefusedBy, message: string): void {
    this.objections.push({ refusedBy, message });
  }

  #refuse(message: string): undefined {
    this.#object("all", message);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
