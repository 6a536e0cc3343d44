// Reads OpenMetrics text, taking what Prometheus's own parser takes.

import {
  BRACE_OPEN,
  HASH,
  IN_NAME,
  LF,
  lineEnd,
  QUOTE,
  runEnd,
  SPACE,
  STARTS_NAME,
} from "./byte_class.ts";
import { describeStart, describeType, describeValue, show } from "./describe.ts";
import type { Entry, EntryReader, LabelSpan, Metadata, Objection, RefusedBy } from "./entry.ts";
import { LabelReader, quotedEnd } from "./label_reader.ts";
import { isFiniteNumber, latin1, readNumber } from "./number.ts";
import { isUtf8 } from "./utf8.ts";

const RULES = { spaces: false, lineEndsInValues: false, commasNeeded: true };
const TYPES: ReadonlySet<string> = new Set([
  "counter",
  "gauge",
  "histogram",
  "gaugehistogram",
  "summary",
  "info",
  "stateset",
  "unknown",
]);
/** No type is longer, and no unit that a metric's name could end in. */
const MAX_WORD_BYTES = 1024;
const NO_EOF = 'The body does not end with "# EOF"';

/** A reader of a whole body. */
export class OpenMetricsReader implements EntryReader {
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
    this.start = this.at;
    const byte = bytes[this.at];
    if (byte === undefined) return this.#refuse(NO_EOF);
    if (byte === HASH) return this.#comment(this.at);
    if (STARTS_NAME[byte] === 1 || byte === BRACE_OPEN) return this.#sample(this.at);
    if (byte === LF) return this.#refuse("The line is empty");
    return this.#refuse(
      describeStart(bytes.subarray(this.at, lineEnd(bytes, this.at)), this.at === 0),
    );
  }

  #sample(start: number): Entry {
    const bytes = this.#bytes;
    const name = { start, end: runEnd(bytes, start, IN_NAME) };
    const labels: LabelSpan[] = [];
    let at = name.end;
    if (bytes[at] === BRACE_OPEN) {
      if (!this.#labels.read(at + 1, labels, name)) return undefined;
      at = this.#labels.at;
    }
    if (name.end === name.start) return this.#refuse("The series has no name");
    at = this.#value(at);
    if (at < 0) return undefined;

    const timestamp = { start: at, end: at };
    if (bytes[at] === SPACE && bytes[at + 1] !== HASH) {
      timestamp.start = at + 1;
      timestamp.end = at = this.#timestamp(at);
      if (at < 0) return undefined;
    }
    if (bytes[at] === SPACE && bytes[at + 1] === HASH) {
      at = this.#exemplar(at, name);
      if (at < 0) return undefined;
    }
    if (at >= bytes.length) return this.#refuse(NO_EOF);
    if (bytes[at] !== LF) return this.#refuse("Something stands behind the sample");
    this.at = at + 1;
    return { kind: "sample", name, labels, timestamp };
  }

  /** Behind the exemplar, or -1. */
  #exemplar(from: number, name: { readonly start: number; readonly end: number }): number {
    const bytes = this.#bytes;
    if (bytes[from + 2] !== SPACE || bytes[from + 3] !== BRACE_OPEN) {
      this.#refuse('An exemplar starts with " # {"');
      return -1;
    }
    if (!/_(?:total|bucket)$/.test(latin1(bytes, Math.max(name.start, name.end - 7), name.end))) {
      this.#object("before 3.0", "An exemplar stands at a series that is no counter or bucket");
    }
    if (!this.#labels.read(from + 4, [], undefined)) return -1;
    const at = this.#value(this.#labels.at);
    return at < 0 || bytes[at] !== SPACE ? at : this.#timestamp(at);
  }

  /** Behind the value that follows one space, or -1. */
  #value(from: number): number {
    const bytes = this.#bytes;
    const end = bytes[from] === SPACE ? this.#wordEnd(from + 1) : from;
    if (end <= from + 1) {
      this.#refuse("A value is missing, or more than one space stands before it");
      return -1;
    }
    const kind = readNumber(bytes, from + 1, end);
    if (kind === "number") return end;
    this.#refuse(describeValue(kind, bytes.subarray(from + 1, end)));
    return -1;
  }

  /** Behind the timestamp that follows one space, or -1. */
  #timestamp(from: number): number {
    const end = this.#wordEnd(from + 1);
    if (isFiniteNumber(this.#bytes, from + 1, end)) return end;
    this.#refuse("What stands behind the value is no timestamp in seconds");
    return -1;
  }

  #wordEnd(from: number): number {
    let at = from;
    for (;; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === SPACE || byte === LF || byte === 0) return at;
    }
  }

  #comment(start: number): Entry {
    const bytes = this.#bytes;
    const word = latin1(bytes, start, Math.min(start + 7, bytes.length));
    if (word.startsWith("# EOF")) return this.#eof(start + 5);
    const keyword = /^# (HELP|TYPE|UNIT) $/.exec(word)?.[1];
    if (keyword === undefined) return this.#refuse("OpenMetrics has no comments");
    return this.#metadata(keyword as Metadata["keyword"], start + 7);
  }

  #eof(at: number): Entry {
    const bytes = this.#bytes;
    this.at = bytes.length;
    if (at === bytes.length || (at === bytes.length - 1 && bytes[at] === LF)) {
      return { kind: "end" };
    }
    return this.#refuse('Something stands behind "# EOF"');
  }

  #metadata(keyword: Metadata["keyword"], from: number): Entry {
    const bytes = this.#bytes;
    const quoted = bytes[from] === QUOTE;
    const afterName = quoted ? quotedEnd(bytes, from, true) : runEnd(bytes, from, IN_NAME);
    if (afterName < 0) return this.#refuse("A closing quote is missing");
    if (afterName === from || (!quoted && STARTS_NAME[bytes[from]!] !== 1)) {
      return this.#refuse(`No metric's name stands behind ${keyword}`);
    }
    if (quoted) this.#object("before 3.0", "A quoted name is UTF-8 syntax");
    if (bytes[afterName] !== SPACE) return this.#refuse(`No space stands behind ${keyword}'s name`);
    const name = quoted ? { start: from + 1, end: afterName - 1 } : { start: from, end: afterName };
    const text = { start: afterName + 1, end: lineEnd(bytes, afterName) };
    if (text.end === bytes.length) return this.#refuse(NO_EOF);
    const fault = this.#textFault({ kind: "metadata", keyword, name, text });
    if (fault !== undefined) return this.#refuse(fault);
    this.at = text.end + 1;
    return { kind: "metadata", keyword, name, text };
  }

  #textFault({ keyword, name, text }: Metadata): string | undefined {
    const bytes = this.#bytes;
    if (keyword === "HELP") {
      return isUtf8(bytes, text.start, text.end) ? undefined : "The text of HELP is not UTF-8";
    }
    const word = latin1(bytes, text.start, Math.min(text.end, text.start + MAX_WORD_BYTES));
    if (keyword === "TYPE") {
      return TYPES.has(word) ? undefined : describeType(bytes.subarray(text.start, text.end));
    }
    if (word === "" || latin1(bytes, name.start, name.end).endsWith(`_${word}`)) return undefined;
    return `The unit ${
      show(bytes.subarray(text.start, text.end))
    } is not what the metric's name ends in`;
  }

  #object(refusedBy: RefusedBy, message: string): void {
    this.objections.push({ refusedBy, message });
  }

  #refuse(message: string): undefined {
    this.#object("all", message);
  }
}
