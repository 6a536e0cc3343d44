// The one schema of the sender's config file, and what is right for each of its keys.

import * as v from "valibot";
import {
  isToken,
  parseDuration,
  parseSize,
  parseTargetPath,
  type Target,
} from "../protocol/mod.ts";

const MIN_DURATION_MS = 100;
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;

/** What a value must be, to follow `"key" must be`. */
export const RIGHT = {
  bearer_token: "the receiver's token: visible ASCII characters without spaces",
  pairs: 'a list with at least one {"source": …, "destination": …}',
  source:
    'an http:// or https:// URL without user and password, such as "http://127.0.0.1:9100/metrics"',
  destination: "an http:// or https:// URL that ends in /metrics/{job}/{instance}, such as " +
    '"https://push.example.com/metrics/node/rpi"',
  interval: 'a duration from 100ms to 1d, such as "4s" or "1m30s"',
  timeout: 'a duration from 100ms to 1d, such as "10s"',
  max_body: 'a size, such as "512KiB" or "50MiB"',
} as const;

/** Keys whose values never appear in a message. */
export const SECRET_KEYS: readonly string[] = ["bearer_token"];

/** Where a pair delivers to: the URL, and the target that its path names. */
export interface Destination {
  readonly url: URL;
  readonly target: Target;
}

const settings = {
  bearer_token: v.optional(parsed(parseToken)),
  interval: v.optional(parsed(parseInterval)),
  timeout: v.optional(parsed(parseInterval)),
  max_body: v.optional(parsed(parsePositiveSize)),
};

/** The shape of the file: unknown keys are faults, values come out parsed. */
export const ConfigFile = v.strictObject({
  ...settings,
  pairs: v.pipe(
    v.array(v.strictObject({
      ...settings,
      source: parsed(parseHttpUrl),
      destination: parsed(parseDestination),
    })),
    v.minLength(1),
  ),
});

/** A file that the schema took. */
export type ConfigFile = v.InferOutput<typeof ConfigFile>;

/** The destination that a value of the file names, or `undefined`. */
export function parseDestination(text: string): Destination | undefined {
  const url = parseHttpUrl(text);
  if (url === undefined || url.search !== "" || url.hash !== "") {
    return undefined;
  }
  // URL resolves "..", so the segments are read from what stands in the file.
  const path = /^https?:\/\/[^/\\?#\s]+(?:\/[^\\?#\s]*)?(\/metrics\/[^/\\?#\s]*\/[^/\\?#\s]*)$/i
    .exec(text)?.[1];
  const parsedPath = parseTargetPath(path ?? "");
  return parsedPath.kind === "target" ? { url, target: parsedPath.target } : undefined;
}

function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  const url = URL.parse(text);
  return url === null || url.username !== "" || url.password !== "" ? undefined : url;
}

function parseInterval(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms === undefined || ms < MIN_DURATION_MS || ms > MAX_DURATION_MS ? undefined : ms;
}

function parsePositiveSize(text: string): number | undefined {
  return parseSize(text) || undefined;
}

function parseToken(text: string): string | undefined {
  return isToken(text) ? text : undefined;
}

/** A string that `parse` makes something of. */
function parsed<T>(parse: (text: string) => T | undefined) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = parse(dataset.value);
      if (value !== undefined) return value;
      addIssue();
      return NEVER;
    }),
  );
}
