// Faults that show only when a config file is seen as a whole, in whatever shape it is.

import { targetKey } from "../protocol/mod.ts";
import { describeMissing } from "./config_faults.ts";
import { type Fault, faultAt, isRecord, type Path, pathText } from "../protocol/config_path.ts";
import { type DestinationAddress, parseDestination } from "./config_values.ts";
import { putUrl } from "./put_url.ts";

/** Keys that say the same thing in two ways. */
const EITHER_OR = [
  ["bearer_token", "bearer_token_file"],
  ["password", "password_file"],
  ["basic_auth", "source_bearer_token_file"],
] as const;

/** What is missing, said twice, or wanted by two. */
export function findConflicts(json: unknown): Fault[] {
  if (!isRecord(json)) return [];
  const pairs = listAt(json, "pairs");
  const sources = listAt(json, "sources");
  return [
    ...findMissingToken(json, [...pairs, ...sources]),
    ...findMissingPairs(json, sources),
    ...findContradictions(json, []),
    ...[...pairs.entries()].flatMap(([i, pair]) => findContradictions(pair, ["pairs", i])),
    ...[...sources.entries()].flatMap(([i, entry]) => findContradictions(entry, ["sources", i])),
    ...[...pairs.entries()].flatMap(([i, pair]) => findMisplaced(json, pair, ["pairs", i])),
    ...[...sources.entries()].flatMap(([i, each]) => findMisplaced(json, each, ["sources", i])),
    ...findDuplicates(json, pairs),
  ];
}

function listAt(json: Record<string, unknown>, key: string): readonly unknown[] {
  return Array.isArray(json[key]) ? json[key] : [];
}

function findMissingToken(json: Record<string, unknown>, entries: readonly unknown[]): Fault[] {
  const has = (value: Record<string, unknown>) =>
    value["bearer_token"] !== undefined || value["bearer_token_file"] !== undefined;
  if (has(json)) return [];
  const needed = entries.length === 0 || json["self"] !== undefined ||
    entries.some((entry) => isRecord(entry) && !has(entry));
  return needed ? [describeMissing(["bearer_token"], json)] : [];
}

function findMissingPairs(json: Record<string, unknown>, sources: readonly unknown[]): Fault[] {
  const { pairs } = json;
  const empty = pairs === undefined || (Array.isArray(pairs) && pairs.length === 0);
  return empty && sources.length === 0 ? [describeMissing(["pairs"], json)] : [];
}

function findContradictions(value: unknown, path: Path): Fault[] {
  if (!isRecord(value)) return [];
  const faults = EITHER_OR
    .filter((keys) => keys.every((key) => value[key] !== undefined))
    .map(([one, other]) => faultAt([...path, other], `can't stand beside "${one}": leave one out`));
  const headers = isRecord(value["headers"]) ? Object.keys(value["headers"]) : [];
  if (headers.some((name) => name.toLowerCase() === "authorization")) {
    for (const key of ["basic_auth", "source_bearer_token_file"]) {
      if (value[key] === undefined) continue;
      faults.push(faultAt([...path, key], `can't stand beside "Authorization" in "headers"`));
    }
  }
  for (const key of ["source_tls", "destination_tls"]) {
    const tls = value[key];
    if (!isRecord(tls)) continue;
    for (const [one, other] of [["cert_file", "key_file"], ["key_file", "cert_file"]] as const) {
      if (tls[one] !== undefined || tls[other] === undefined) continue;
      faults.push(faultAt([...path, key, other], `needs "${one}" beside it`));
    }
  }
  const within = value["basic_auth"];
  return within === undefined
    ? faults
    : [...faults, ...findContradictions(within, [...path, "basic_auth"])];
}

/** What is only for a stream, or only on demand. */
function findMisplaced(top: Record<string, unknown>, value: unknown, path: Path): Fault[] {
  if (!isRecord(value)) return [];
  const faults: Fault[] = [];
  const onDemand = (value["mode"] ?? top["mode"]) === "on_demand";
  if (value["params_allowed"] !== undefined && !onDemand) {
    faults.push(faultAt([...path, "params_allowed"], 'needs "mode": "on_demand" beside it'));
  }
  const { destination } = value;
  const list: readonly unknown[] = Array.isArray(destination) ? destination : [destination];
  for (const [index, each] of onDemand ? list.entries() : []) {
    if (typeof each !== "string" || !/^https?:/i.test(each)) continue;
    const place = [...path, "destination", ...(list === destination ? [index] : [])];
    faults.push(faultAt(place, 'must be a ws:// or wss:// URL for "mode": "on_demand"'));
  }
  return faults;
}

function findDuplicates(json: Record<string, unknown>, pairs: readonly unknown[]): Fault[] {
  const faults: Fault[] = [];
  const first = new Map<string, { readonly where: string; readonly protocol: string }>();
  for (const [index, pair] of pairs.entries()) note(pair, ["pairs", index]);
  note(json["self"], ["self"]);
  return faults;

  function note(entry: unknown, path: Path): void {
    const value = isRecord(entry) ? entry["destination"] : undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const [index, each] of list.entries()) {
      const parsed = typeof each === "string" ? parseDestination(each) : undefined;
      if (parsed === undefined) continue;
      const key = destinationKey(parsed);
      const before = first.get(key);
      const { protocol } = parsed.url;
      if (before === undefined) {
        first.set(key, { where: pathText(path), protocol });
        continue;
      }
      const why = before.protocol === protocol
        ? ""
        : `: "${before.protocol}//" and "${protocol}//" name the same receiver`;
      const place = [...path, "destination", ...(list === value ? [index] : [])];
      faults.push(faultAt(place, `must be another than that of ${before.where}${why}`));
    }
  }
}

/** A key that two destinations share only where they are one target of one receiver. */
export function destinationKey({ url, target }: DestinationAddress): string {
  const receiver = new URL("../..", putUrl(url)).href; // all before /metrics/{job}/{instance}
  return `${receiver}\n${targetKey(target)}`;
}
