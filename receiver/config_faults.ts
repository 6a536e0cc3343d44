// Says what is wrong with a receiver.json: one line a fault, and no secret in any.

import type { BaseIssue } from "valibot";
import { faultAt, isRecord, type Path, quote, valueAt } from "../protocol/config_path.ts";
import { nearest } from "../protocol/nearest.ts";
import { type OptionKinds, RIGHT, RIGHT_TOKENS } from "./config_schema.ts";

const MAX_SHOWN_LENGTH = 100;
/** What stands there in place of a digest may be a token. */
const SECRET_KEY = "sha256";

/** The file as it is, and the options that may stand in it. */
export interface FaultyFile {
  readonly json: unknown;
  readonly options: OptionKinds;
}

/** A fault that the schema found: key path, what would be right, and what stands there. */
export function describeIssue(issue: BaseIssue<unknown>, { json, options }: FaultyFile): string[] {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  if (issue.expected === "never") {
    const known = path.length === 1 ? ["tokens", ...Object.keys(options)] : Object.keys(RIGHT);
    return findUnknown(json, path.slice(0, -1), known);
  }
  const value = describeValue(path, valueAt(json, path));
  return [faultAt(path, `must be ${rightFor(path, options)}; ${value}`).text];
}

/** All of them: the schema stops at the first. */
function findUnknown(json: unknown, parent: Path, known: readonly string[]): string[] {
  return Object.keys(valueAt(json, parent) ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => faultAt([...parent, key], `is unknown${suggest(key, known)}`).text);
}

/** Names and digests that stand there twice, in whatever shape the file is. */
export function findDuplicates(json: unknown): string[] {
  const tokens = valueAt(json, ["tokens"]);
  if (!Array.isArray(tokens)) return [];
  return ["name", "sha256"].flatMap((key) => {
    const first = new Map<string, number>();
    return tokens.flatMap((token, index) => {
      const value = isRecord(token) ? token[key] : undefined;
      if (typeof value !== "string") return [];
      const same = key === "sha256" ? value.toLowerCase() : value;
      const before = first.get(same);
      if (before === undefined) first.set(same, index);
      return before === undefined
        ? []
        : [faultAt(["tokens", index, key], `must be another than that of tokens[${before}]`).text];
    });
  });
}

function rightFor(path: Path, options: OptionKinds): string {
  const [top, , key, index] = path;
  if (top !== "tokens") return options[String(top)]?.right ?? "something else";
  if (path.length === 1) return RIGHT_TOKENS;
  if (path.length === 2) return '{"name": …, "sha256": …}';
  if (key === "targets" && index !== undefined) {
    return 'a pattern such as "greenhouse/*" or "*/rpi-*", percent-encoded as in a path';
  }
  return RIGHT[key as keyof typeof RIGHT];
}

function suggest(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `; known are ${known.join(", ")}` : `; did you mean "${meant}"?`;
}

function describeValue(path: Path, value: unknown): string {
  if (value === undefined) return "it is missing";
  if (path.includes(SECRET_KEY)) return "its value is not shown";
  if (typeof value === "string") return `it is ${quote(value.slice(0, MAX_SHOWN_LENGTH))}`;
  if (Array.isArray(value)) return value.length === 0 ? "it is empty" : "it is a list";
  return isRecord(value) ? "it is an object" : `it is ${String(value)}`;
}
