// Bytes by what they may stand for in an exposition.

export const TAB = 0x09;
export const LF = 0x0a;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const COMMA = 0x2c;
export const EQUAL = 0x3d;
export const BACKSLASH = 0x5c;
export const BRACE_OPEN = 0x7b;
export const BRACE_CLOSE = 0x7d;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

/** 1 for each byte that a metric's name begins with. */
export const STARTS_NAME = table(`${LETTERS}:`);
/** 1 for each byte that a metric's name goes on with. */
export const IN_NAME = table(`${LETTERS}:0123456789`);
/** 1 for each byte that a label's name begins with. */
export const STARTS_LABEL = table(LETTERS);
/** 1 for each byte that a label's name goes on with. */
export const IN_LABEL = table(`${LETTERS}0123456789`);

function table(characters: string): Uint8Array {
  const flags = new Uint8Array(256);
  for (const character of characters) flags[character.charCodeAt(0)] = 1;
  return flags;
}

/** Whether a byte is a space or a tab. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Behind the spaces and tabs at `from`. */
export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

/** Behind the bytes at `from` that a table has. */
export function runEnd(bytes: Uint8Array, from: number, table: Uint8Array): number {
  let at = from;
  while (table[bytes[at] ?? 0] === 1) at++;
  return at;
}

/** Of the line at `from`: its line feed, or the end of the body. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(LF, from);
  return at < 0 ? bytes.length : at;
}
