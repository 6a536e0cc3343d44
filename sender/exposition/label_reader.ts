// Reads what stands between the braces of a series or an exemplar.

import {
  BACKSLASH,
  BRACE_CLOSE,
  COMMA,
  EQUAL,
  IN_LABEL,
  LF,
  QUOTE,
  SPACE,
  STARTS_LABEL,
  TAB,
} from "./byte_class.ts";
import type { LabelSpan, Objection, Span } from "./entry.ts";
import { isUtf8 } from "./utf8.ts";

/** In what the two formats differ. */
export interface LabelRules {
  /** The text format takes spaces and tabs around everything. */
  readonly spaces: boolean;
  /** The text format takes line ends inside of values. */
  readonly lineEndsInValues: boolean;
  /** The text format takes labels without a comma between them. */
  readonly commasNeeded: boolean;
}

/** The labels of one entry. */
export class LabelReader {
  readonly #bytes: Uint8Array;
  readonly #rules: LabelRules;
  readonly #objections: Objection[];
  /** Behind the closing brace, once `read` has said true. */
  at = 0;

  /** Objections are added to the list. */
  constructor(bytes: Uint8Array, rules: LabelRules, objections: Objection[]) {
    this.#bytes = bytes;
    this.#rules = rules;
    this.#objections = objections;
  }

  /**
   * Reads from behind the opening brace. A quoted name of the metric goes into `name`,
   * which is `undefined` in an exemplar. Says whether a Prometheus takes it.
   */
  read(from: number, labels: LabelSpan[], name: Span | undefined): boolean {
    const bytes = this.#bytes;
    const { spaces, commasNeeded } = this.#rules;
    let at = spaces ? this.#skipSpaces(from) : from;
    for (;;) {
      if (bytes[at] === BRACE_CLOSE) {
        this.at = at + 1;
        return true;
      }
      const quoted = bytes[at] === QUOTE;
      const end = quoted ? this.#quotedEnd(at, true) : this.#nameEnd(at);
      if (end < 0) return false;
      const nameStart = quoted ? at + 1 : at;
      const nameEnd = quoted ? end - 1 : end;
      at = spaces ? this.#skipSpaces(end) : end;
      if (quoted && !this.#acceptQuoted(nameStart, nameEnd)) return false;
      if (quoted && (bytes[at] === COMMA || bytes[at] === BRACE_CLOSE)) {
        if (name === undefined) return this.#refuse("An exemplar's label has no value");
        if (name.end > name.start) return this.#refuse("The metric has two names");
        name.start = nameStart;
        name.end = nameEnd;
        if (bytes[at] === COMMA) at = spaces ? this.#skipSpaces(at + 1) : at + 1;
        continue;
      }
      if (bytes[at] !== EQUAL) return this.#refuse('"=" is missing after a label\'s name');
      at = spaces ? this.#skipSpaces(at + 1) : at + 1;
      if (bytes[at] !== QUOTE) return this.#refuse("A label's value is not quoted");
      const valueEnd = this.#quotedEnd(at, this.#rules.lineEndsInValues);
      if (valueEnd < 0) return false;
      if (!isUtf8(bytes, at, valueEnd)) return this.#refuse("A label's value is not UTF-8");
      labels.push({ nameStart, nameEnd, valueStart: at + 1, valueEnd: valueEnd - 1 });
      at = spaces ? this.#skipSpaces(valueEnd) : valueEnd;
      if (bytes[at] === COMMA) {
        at = spaces ? this.#skipSpaces(at + 1) : at + 1;
        if (commasNeeded && bytes[at] === BRACE_CLOSE) {
          this.#object("A comma stands behind the last label");
        }
      } else if (commasNeeded && bytes[at] !== BRACE_CLOSE) {
        return this.#refuse('"," or "}" is missing after a label');
      }
    }
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (this.#bytes[at] === SPACE || this.#bytes[at] === TAB) at++;
    return at;
  }

  #nameEnd(from: number): number {
    const bytes = this.#bytes;
    if (STARTS_LABEL[bytes[from] ?? 0] !== 1) {
      const ended = from >= bytes.length || bytes[from] === LF;
      this.#refuse(ended ? '"}" is missing' : "A label's name is not a name");
      return -1;
    }
    let at = from + 1;
    while (IN_LABEL[bytes[at] ?? 0] === 1) at++;
    return at;
  }

  #quotedEnd(from: number, lineEnds: boolean): number {
    const end = quotedEnd(this.#bytes, from, lineEnds);
    if (end < 0) this.#refuse("A closing quote is missing");
    return end;
  }

  #acceptQuoted(start: number, end: number): boolean {
    this.#object("A quoted name is UTF-8 syntax");
    if (start === end) return this.#refuse("A name is empty");
    return isUtf8(this.#bytes, start, end) || this.#refuse("A name is not UTF-8");
  }

  #object(message: string): void {
    if (this.#objections.some((each) => each.message === message)) return;
    this.#objections.push({ refusedBy: "before 3.0", message });
  }

  #refuse(message: string): false {
    this.#objections.push({ refusedBy: "all", message });
    return false;
  }
}

/** Behind the quote that closes the one at `from`, or -1. */
export function quotedEnd(bytes: Uint8Array, from: number, lineEnds: boolean): number {
  const { length } = bytes;
  for (let at = from + 1; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === LF && !lineEnds) return -1;
    if (byte === BACKSLASH && bytes[++at] === LF) return -1;
  }
  return -1;
}
