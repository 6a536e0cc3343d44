// Says what is wrong with a config file: one line a fault, and no secret in any.

import type { BaseIssue } from "valibot";
import { nearest } from "../protocol/nearest.ts";
import { targetKey } from "../protocol/mod.ts";
import { parseDestination, RIGHT, SECRET_KEYS } from "./config_schema.ts";

const MAX_SHOWN_LENGTH = 100;

/** A fault that the schema found: key path, value, and what would be right. */
export function describeIssue(issue: BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map((item) => item.key as string | number);
  const path = keys.reduce<string>(
    (text, key) => typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${key}` : key,
    "",
  );
  const key = String(keys.findLast((part) => typeof part === "string") ?? "");
  if (issue.expected === "never") return `${quote(path)} is unknown${suggest(key)}`;
  if (path === "") return `must hold {"bearer_token": …, "pairs": […]}`;
  const right = `"${path}" must be ${rightFor(keys, key)}`;
  if (issue.type === "strict_object" && issue.input === undefined) {
    return `${right}; it is missing`;
  }
  return `${right}; ${describeValue(key, issue.input)}`;
}

/** The faults that show only when the file is seen as a whole, in whatever shape it is. */
export function findCrossFaults(json: unknown): string[] {
  if (!isRecord(json)) return [];
  const pairs: unknown[] = Array.isArray(json["pairs"]) ? json["pairs"] : [];
  return [...findMissingToken(json, pairs), ...findDuplicates(pairs)];
}

function findMissingToken(json: Record<string, unknown>, pairs: readonly unknown[]): string[] {
  if (json["bearer_token"] !== undefined) return [];
  const needed = pairs.length === 0 ||
    pairs.some((pair) => isRecord(pair) && pair["bearer_token"] === undefined);
  return needed ? [`"bearer_token" must be ${RIGHT.bearer_token}; it is missing`] : [];
}

function findDuplicates(pairs: readonly unknown[]): string[] {
  const faults = [];
  const first = new Map<string, number>();
  for (const [index, pair] of pairs.entries()) {
    const destination = isRecord(pair) ? pair["destination"] : undefined;
    const parsed = typeof destination === "string" ? parseDestination(destination) : undefined;
    if (parsed === undefined) continue;
    const receiver = new URL("../..", parsed.url).href; // all before /metrics/{job}/{instance}
    const key = `${receiver}\n${targetKey(parsed.target)}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else faults.push(`"pairs[${index}].destination" must be another than that of pairs[${before}]`);
  }
  return faults;
}

function rightFor(keys: readonly (string | number)[], key: string): string {
  if (key === "pairs" && keys.length > 1) {
    return '{"source": …, "destination": …}';
  }
  return RIGHT[key as keyof typeof RIGHT] ?? "something else";
}

function suggest(key: string): string {
  const meant = nearest(key, Object.keys(RIGHT));
  return meant === undefined
    ? `; known are ${Object.keys(RIGHT).join(", ")}`
    : `; did you mean "${meant}"?`;
}

function describeValue(key: string, value: unknown): string {
  if (SECRET_KEYS.includes(key)) return "its value is not shown";
  if (typeof value === "string") {
    // What is no URL may still hold a password before an "@", or a key in its query.
    if (value.includes("@")) return "its value is not shown";
    return `it is ${quote(value.replace(/\?.*/s, "?…").slice(0, MAX_SHOWN_LENGTH))}`;
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? "it is empty" : "it is a list";
  }
  if (value === null || typeof value !== "object") {
    return `it is ${String(value)}`;
  }
  return "it is an object";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Quoted, and without a character that could do more than stand there. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
