// Which values Prometheus takes for a number: what Go's ParseFloat takes, but for
// hexadecimal digits and underscores.

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const WORD = /^(?:[+-]?inf(?:inity)?|nan)$/i;
/** So many digits are below the largest number, whatever they are. */
const ALWAYS_IN_RANGE = 300;
const MAX_INT64 = 2n ** 63n - 1n;

/** What bytes come to as a value. `out of range` is finite, but larger than a float can say. */
export type NumberKind = "number" | "not a number" | "out of range";

/** Reads the bytes from `start` to `end` as a value. */
export function readNumber(bytes: Uint8Array, start: number, end: number): NumberKind {
  if (isPlain(bytes, start, end)) return "number";
  const text = latin1(bytes, start, end);
  if (WORD.test(text)) return "number";
  if (!DECIMAL.test(text)) return "not a number";
  return Number.isFinite(Number(text)) ? "number" : "out of range";
}

/** Whether the bytes are a value that is neither infinite nor NaN. */
export function isFiniteNumber(bytes: Uint8Array, start: number, end: number): boolean {
  return readNumber(bytes, start, end) === "number" && !WORD.test(latin1(bytes, start, end));
}

/** Whether digits fit into 64 bits with a sign. */
export function fitsInt64(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 19) return true;
  const digits = latin1(bytes, start, end).replace(/^0+/, "");
  return digits.length < 20 && BigInt(digits) <= MAX_INT64;
}

/** Digits with at most one point: nearly every value, without making a string of it. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let points = 0;
  for (let at = bytes[start] === 0x2d ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) digits++;
    else if (byte === 0x2e) points++;
    else return false;
  }
  return digits > 0 && digits < ALWAYS_IN_RANGE && points <= 1;
}

/** Bytes as characters of the same numbers. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
