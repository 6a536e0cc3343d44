// Places in a config, and how they and their values are written in a message.

/** The keys and indexes that lead to a place. */
export type Path = readonly (string | number)[];

/** What is wrong, and where; `text` is a whole message, in one line. */
export interface Fault {
  readonly path: string;
  readonly text: string;
}

/** A fault whose message begins with the place, in quotes. */
export function faultAt(path: Path, what: string): Fault {
  const place = pathText(path);
  return { path: place, text: `${quote(place)} ${what}` };
}

/** `pairs[0].basic_auth.password`; empty for the whole. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, key) => typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${key}` : key,
    "",
  );
}

/** What stands at a place, or `undefined`. */
export function valueAt(json: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, json);
}

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Quoted, and without a character that could do more than stand there. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
