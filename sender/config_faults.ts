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
  if (issue.expected === "never") return `"${path}" is unknown${suggest(key)}`;
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
  const pairs = Array.isArray(json["pairs"]) ? json["pairs"].filter(isRecord) : [];
  const faults = [];
  if (
    json["bearer_token"] === undefined &&
    (pairs.length === 0 ||
      pairs.some((pair) => pair["bearer_token"] === undefined))
  ) {
    faults.push(`"bearer_token" must be ${RIGHT.bearer_token}; it is missing`);
  }
  const first = new Map<string, number>();
  for (const [index, pair] of pairs.entries()) {
    const destination = pair["destination"];
    const parsed = typeof destination === "string" ? parseDestination(destination) : undefined;
    if (parsed === undefined) continue;
    const key = `${parsed.url.host}\n${targetKey(parsed.target)}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, index);
    else {faults.push(
        `"pairs[${index}].destination" must be another than that of pairs[${before}]`,
      );}
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
    // Credentials may stand in a URL, where they are no good, but no less secret.
    const shown = value.replace(/\/\/[^/?#]*@/, "//…@");
    return `it is ${JSON.stringify(shown.slice(0, MAX_SHOWN_LENGTH))}`;
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
