// The sender's config: the text of a file in, a complete config or every fault out.

import * as v from "valibot";
import { describeIssue, findCrossFaults } from "./config_faults.ts";
import { ConfigFile } from "./config_schema.ts";
import { parseJson } from "./json.ts";
import type { Pair } from "./pair.ts";

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
      source: { url: settings.source, socketPath: undefined, headers: {}, tls: undefined },
      destinations: [{
        ...settings.destination,
        bearerToken: settings.bearer_token,
        tls: undefined,
      }],
      labels: {},
      intervalMs: settings.interval,
      timeoutMs: settings.timeout,
      maxBodyBytes: settings.max_body,
    };
  });
  return { ok: true, config: { pairs } };
}
