// Takes an exposition apart into lines as far as a filter has to know them: where each
// ends, and which metric it is about. Text and OpenMetrics look the same to it.

import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  COMMA,
  EQUAL,
  HASH,
  IN_NAME,
  LF,
  QUOTE,
  runEnd,
  skipBlanks,
  STARTS_NAME,
} from "../exposition/byte_class.ts";

/** What a line is. Of `other` the filter knows nothing: comments, the end, what is broken. */
export type LineKind = "series" | "metadata" | "other";

const KEYWORDS = ["HELP", "TYPE", "UNIT"].map((word) => new TextEncoder().encode(word));

/** The line found last, as offsets into the bytes it was found in. */
export class LineScanner {
  /** Behind the line feed. */
  end = 0;
  /** Of the metric or family, without quotes. */
  nameStart = 0;
  nameEnd = 0;
  /** The name is one with quotes around it, and escapes in it. */
  quoted = false;
  /** Of metadata: what stands behind the name, without the line feed. */
  textStart = 0;

  /**
   * Reads the line at an offset; `undefined` where its end is not among the bytes.
   * A label's value may hold line feeds.
   */
  scan(bytes: Uint8Array, start: number): LineKind | undefined {
    const first = skipBlanks(bytes, start);
    const byte = bytes[first] ?? 0;
    this.quoted = false;
    if (byte === HASH) return this.#comment(bytes, first + 1);
    this.nameStart = this.nameEnd = start;
    let at = first;
    if (STARTS_NAME[byte] === 1) {
      at = this.nameEnd = runEnd(bytes, first, IN_NAME);
      at = skipBlanks(bytes, at);
    } else if (byte !== BRACE_OPEN) return this.#endsAt(bytes, first) ? "other" : undefined;
    if (bytes[at] === BRACE_OPEN) at = this.#labels(bytes, at + 1);
    if (!this.#endsAt(bytes, at)) return undefined;
    return this.nameEnd > this.nameStart ? "series" : "other";
  }

  #comment(bytes: Uint8Array, from: number): LineKind | undefined {
    if (!this.#endsAt(bytes, from)) return undefined;
    const keyword = skipBlanks(bytes, from);
    if (keyword === from || !KEYWORDS.some((word) => startsWith(bytes, keyword, word))) {
      return "other";
    }
    const name = skipBlanks(bytes, keyword + 4);
    if (name === keyword + 4) return "other";
    if (bytes[name] === QUOTE) {
      this.quoted = true;
      this.textStart = quotedEnd(bytes, name);
      this.nameStart = name + 1;
      this.nameEnd = this.textStart - 1;
    } else {
      this.nameStart = name;
      this.nameEnd = this.textStart = runEnd(bytes, name, IN_NAME);
    }
    return this.nameEnd > this.nameStart && this.textStart < this.end ? "metadata" : "other";
  }

  /** Behind the closing brace, or all bytes. */
  #labels(bytes: Uint8Array, from: number): number {
    let before = BRACE_OPEN;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === BRACE_CLOSE) return at + 1;
      // Not in quotes, a line feed is where Prometheus gives up as well.
      if (byte === LF) return at;
      if (byte === QUOTE) {
        const end = quotedEnd(bytes, at);
        if (before !== EQUAL && this.nameEnd === this.nameStart) {
          const next = bytes[skipBlanks(bytes, end)];
          if (next === COMMA || next === BRACE_CLOSE) {
            this.quoted = true;
            this.nameStart = at + 1;
            this.nameEnd = end - 1;
          }
        }
        at = end - 1;
      }
      if (byte > 0x20) before = byte;
    }
    return bytes.length;
  }

  /** Finds the line's end from an offset on. */
  #endsAt(bytes: Uint8Array, from: number): boolean {
    const { length } = bytes;
    for (let at = from; at < length; at++) {
      if (bytes[at] !== LF) continue;
      this.end = at + 1;
      return true;
    }
    return false;
  }
}

/** Behind the quote that closes the one at an offset, or behind all bytes. */
function quotedEnd(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  for (let at = from + 1; at < length; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at++;
  }
  return length + 1;
}

function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  return word.every((byte, index) => bytes[at + index] === byte);
}
