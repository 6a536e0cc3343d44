// What is wrong with a piece of a body, in words that show it.

import { SPACE } from "./byte_class.ts";
import type { NumberKind } from "./number.ts";

const MAX_SHOWN_BYTES = 40;
const CR = 0x0d;

/** A value that is no number. */
export function describeValue(kind: Exclude<NumberKind, "number">, value: Uint8Array): string {
  if (value.at(-1) === CR) return CRLF;
  return kind === "out of range"
    ? `The value ${show(value)} is larger than a number can be`
    : `The value ${show(value)} is not a number`;
}

/** A type that the format doesn't have. */
export function describeType(type: Uint8Array): string {
  return type.at(-1) === CR ? CRLF : `The type ${show(type)} is unknown`;
}

/** A line that is neither a comment nor a series. `first`: it is the body's first. */
export function describeStart(line: Uint8Array, first: boolean): string {
  if (line[0] === CR && line.length === 1) return CRLF;
  if (first && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) {
    return "The body starts with a byte-order mark";
  }
  if (line[0] === SPACE) return "Blanks stand before the name";
  return 'The line starts with neither a name nor "#"';
}

/** Of a carriage return where none may stand. */
const CRLF = "The line ends in CRLF, not in a line feed alone";

/** A piece of a body in quotes, on one line, and not long. */
export function show(piece: Uint8Array): string {
  const text = new TextDecoder().decode(piece.subarray(0, MAX_SHOWN_BYTES));
  return JSON.stringify(piece.length > MAX_SHOWN_BYTES ? `${text}…` : text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
