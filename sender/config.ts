// The sender's config: the text of a file in, a complete config or every fault out.

import * as v from "valibot";
import { findConflicts } from "./config_conflicts.ts";
import { type Environment, fillIn } from "./config_environment.ts";
import { describeIssue } from "./config_faults.ts";
import { readNamedFiles, type ReadTextFile } from "./config_files.ts";
import { limits, makeDestinations, makePair, mergeSettings } from "./config_pair.ts";
import type { Fault } from "./config_path.ts";
import { ConfigFile } from "./config_schema.ts";
import { parseJson } from "../protocol/json.ts";
import type { Pair } from "./pair.ts";

/** A sender's complete configuration. */
export interface SenderConfig {
  readonly pairs: readonly Pair[];
  /** Where the sender's own metrics go; `undefined`: nowhere. */
  readonly self: SelfPair | undefined;
}

/** A pair whose source is the sender itself. */
export type SelfPair = Omit<Pair, "source">;

/** What a config is loaded with. */
export interface ConfigSurroundings {
  /** The folder that paths are relative to. Absolute. */
  readonly dir: string;
  readonly env: Environment;
  readonly readTextFile: ReadTextFile;
}

/**
 * A config, or what is wrong: one line for each fault, none with a secret in it. `files`
 * are all that either depends on beside the text, absolute.
 */
export type LoadedConfig =
  | { readonly ok: true; readonly config: SenderConfig; readonly files: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[]; readonly files: readonly string[] };

/** Makes a config of a file's text and the files it names. Every fault is found at once. */
export async function loadConfig(
  text: string,
  { dir, env, readTextFile }: ConfigSurroundings,
): Promise<LoadedConfig> {
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, faults: [parsed.fault], files: [] };
  const json = parsed.value;
  const { value: filled, faults: unset } = fillIn(json, env);
  const named = await readNamedFiles({ json, filled }, { dir, readTextFile });
  const result = v.safeParse(ConfigFile, filled);
  const faults = firstOfEach([
    ...unset,
    ...(result.issues ?? []).map((issue) => describeIssue(issue, json)),
    ...findConflicts(filled),
    ...named.faults,
  ]);
  const files = named.paths;
  if (!result.success || faults.length > 0) return { ok: false, faults, files };

  const { contents } = named;
  const top = result.output;
  const pairs = (top.pairs ?? []).map((entry) => {
    const { source, destination: destinations, ...own } = entry;
    return makePair(mergeSettings(top, own), contents, { source, destinations });
  });
  const settings = mergeSettings(top, {});
  const self = top.self && {
    destinations: makeDestinations(settings, contents, top.self.destination),
    labels: settings.labels ?? {},
    ...limits(settings),
  };
  return { ok: true, config: { pairs, self }, files };
}

/** One fault for each place: what comes of the first is no news. */
function firstOfEach(faults: readonly Fault[]): string[] {
  const first = new Map<string, string>();
  for (const { path, text } of faults) {
    if (!first.has(path)) first.set(path, text);
  }
  return [...first.values()];
}
