// Says what is wrong with a config file: one line a fault, and no secret in any.

import type { BaseIssue } from "valibot";
import { nearest } from "../protocol/nearest.ts";
import {
  type Fault,
  faultAt,
  type Path,
  pathText,
  quote,
  valueAt,
} from "../protocol/config_path.ts";
import { knownKeys, RIGHT, SAID, SECRET_KEYS } from "./config_schema.ts";

const MAX_SHOWN_LENGTH = 100;

/** A fault that the schema found: key path, what would be right, and what stands in `json`. */
export function describeIssue(issue: BaseIssue<unknown>, json: unknown): Fault[] {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const key = String(path.findLast((part) => typeof part === "string") ?? "");
  if (issue.expected === "never") return findUnknown(path.slice(0, -1), json);
  if (issue.expected === SAID) return [faultAt(path, issue.message)];
  if (path.length === 0) return [{ path: "", text: `must hold {"bearer_token": …, "pairs": […]}` }];
  const missing = issue.type === "strict_object" && issue.input === undefined;
  const value = missing ? "it is missing" : describeValue(path, valueAt(json, path));
  return [faultAt(path, `must be ${rightFor(path, key)}; ${value}`)];
}

/** All keys of an object that shouldn't be there: the schema stops at the first. */
function findUnknown(parent: Path, json: unknown): Fault[] {
  const known = knownKeys(
    parent.findLast((part) => typeof part === "string") as string | undefined,
  );
  return Object.keys(valueAt(json, parent) ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => faultAt([...parent, key], `is unknown${suggest(key, known)}`));
}

/** A fault of a key that has to be there, or of its value: of what kind that is. */
export function describeMissing(path: Path, json: unknown): Fault {
  const key = String(path.at(-1));
  const value = valueAt(json, path);
  const what = value === undefined ? "it is missing" : describeValue(path, value);
  return {
    path: pathText(path),
    text: `"${pathText(path)}" must be ${rightFor(path, key)}; ${what}`,
  };
}

function rightFor(path: Path, key: string): string {
  if (key === "pairs" && path.length > 1) return '{"source": …, "destination": …}';
  if (key === "sources" && path.length > 1) return '{"files": […], "destination": …}';
  if (key === "destination" && path[0] === "sources") {
    return `${RIGHT.destination}; {job} and {instance} may stand for a target's labels`;
  }
  if ((key === "keep" || key === "drop") && typeof path.at(-1) === "number") {
    return "a regular expression";
  }
  return RIGHT[key as keyof typeof RIGHT] ?? "something else";
}

function suggest(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `; known are ${known.join(", ")}` : `; did you mean "${meant}"?`;
}

function describeValue(path: Path, value: unknown): string {
  if (path.some((part) => SECRET_KEYS.has(part))) return "its value is not shown";
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
