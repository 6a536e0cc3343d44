// The one schema of receiver.json, and what is right for each of its keys.

import * as v from "valibot";
import { parseSize } from "../protocol/mod.ts";
import { parseTargetPattern } from "./target_pattern.ts";
import { BEARER_TOKEN } from "./token_book.ts";

/** How an option of the command line is read, and what it must be. */
export interface OptionKind {
  readonly right: string;
  /** `undefined` for what it can't be. */
  parse(text: string): unknown;
}

/** Options by their names in the file, such as `max_body`. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

/** What a value of a token must be, to follow `"key" must be`. */
export const RIGHT = {
  name: 'up to 64 letters, digits, ".", "_" and "-", a letter or digit first, not BEARER_TOKEN',
  sha256: "the SHA-256 of a token in 64 hex digits (prompipe receiver token NAME makes both)",
  targets: 'a list with at least one pattern such as "greenhouse/*" or "*/rpi-*"',
  expires: 'a time such as "2027-01-01T00:00:00Z"',
  max_targets: "a whole number above 0",
  max_body: 'a size above 0, such as "512KiB" or "10MiB"',
  pushes_per_minute: "a whole number above 0",
} as const;

/** Of `tokens` itself. */
export const RIGHT_TOKENS = 'a list of {"name": …, "sha256": …}';

const Token = v.strictObject({
  name: string(parseName),
  sha256: string(parseDigest),
  targets: v.optional(v.pipe(v.array(string(parseTargetPattern)), v.minLength(1))),
  expires: v.optional(string(parseTime)),
  max_targets: v.optional(count()),
  max_body: v.optional(string((text) => parseSize(text) || undefined)),
  pushes_per_minute: v.optional(count()),
});

/** A token that the schema took. */
export type Token = v.InferOutput<typeof Token>;

/** The shape of the file: unknown keys are faults, values come out parsed. */
export function receiverFile(options: OptionKinds) {
  const kinds = Object.entries(options).map(([key, kind]) => [key, v.optional(option(kind))]);
  return v.strictObject({
    tokens: v.optional(v.array(Token), []),
    ...Object.fromEntries(kinds) as Record<string, ReturnType<typeof option>>,
  });
}

/** Whether a token may be called so; the name of BEARER_TOKEN's is taken. */
export function isTokenName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && name !== BEARER_TOKEN;
}

function parseName(text: string): string | undefined {
  return isTokenName(text) ? text : undefined;
}

function parseDigest(text: string): string | undefined {
  return /^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : undefined;
}

/** Milliseconds since 1970, of a time of RFC 3339. */
function parseTime(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined; // no such day, or no time zone
  }
}

function count() {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(1));
}

/** A string that `parse` makes something of. */
function string<T>(parse: (text: string) => T | undefined) {
  return v.pipe(v.string(), made(parse));
}

/** As it is typed on the command line; a count may stand as a number. */
function option({ parse }: OptionKind) {
  return v.pipe(v.union([v.string(), v.number()]), made((value) => parse(String(value))));
}

function made<From, To>(parse: (value: From) => To | undefined) {
  return v.rawTransform<From, To>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value !== undefined) return value;
    addIssue();
    return NEVER;
  });
}
