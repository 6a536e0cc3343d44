// The sender's config: the text of a file in, a complete config or every fault out.

import * as v from "valibot";
import type { Target } from "../protocol/mod.ts";
import { describeIssue, findCrossFaults } from "./config_faults.ts";
import { ConfigFile } from "./config_schema.ts";
import { parseJson } from "./json.ts";

/** One source and where to send what it says. All settings are filled in. */
export interface Pair {
  readonly source: URL;
  readonly destination: URL;
  /** What the destination's path names. */
  readonly target: Target;
  readonly bearerToken: string;
  readonly intervalMs: number;
  /** For source and destination together. */
  readonly timeoutMs: number;
  /** Of what the source may say, as it sends it. */
  readonly maxBodyBytes: number;
}

/** How a pair is named in the log. The source's query may hold more than is fit for it. */
export function pairFields(
  pair: Pair,
): { source: string; destination: string } {
  const { origin, pathname } = pair.source;
  return { source: origin + pathname, destination: pair.destination.href };
}

/** A sender's complete configuration. */
export interface SenderConfig {
  readonly pairs: readonly Pair[];
}

/** A config, or what is wrong: one line for each fault, none with a secret in it. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: SenderConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

const DEFAULTS = { interval: 4_000, timeout: 10_000, max_body: 50 * 2 ** 20 } as const;

/** Reads the text of a config file. Every fault is found at once. */
export function parseConfig(text: string): ParsedConfig {
  const json = parseJson(text);
  if (!json.ok) return { ok: false, faults: [json.fault] };
  const result = v.safeParse(ConfigFile, json.value);
  const faults = [
    ...(result.issues ?? []).map((issue) => describeIssue(issue)),
    ...findCrossFaults(json.value),
  ];
  if (!result.success || faults.length > 0) return { ok: false, faults };

  const file = result.output;
  const pairs = file.pairs.map((entry): Pair => {
    const settings = { ...DEFAULTS, bearer_token: "", ...file, ...entry };
    return {
      source: settings.source,
      destination: settings.destination.url,
      target: settings.destination.target,
      bearerToken: settings.bearer_token,
      intervalMs: settings.interval,
      timeoutMs: settings.timeout,
      maxBodyBytes: settings.max_body,
    };
  });
  return { ok: true, config: { pairs } };
}
