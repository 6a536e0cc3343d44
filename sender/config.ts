// The sender's config: the text of a file in, a complete config or every fault out.

import * as v from "valibot";
import { labelsFault } from "../protocol/mod.ts";
import { findConflicts } from "./config_conflicts.ts";
import { type Environment, fillIn } from "./config_environment.ts";
import { describeIssue } from "./config_faults.ts";
import { findExpressionFaults } from "./config_expressions.ts";
import { readNamedFiles } from "./config_files.ts";
import { type Contents, limits, makeDestinations, makePair, mergeSettings } from "./config_pair.ts";
import { type Fault, faultAt } from "../protocol/config_path.ts";
import { ConfigFile } from "./config_schema.ts";
import { parseConfigJson } from "../protocol/json.ts";
import { pairsOfTargets } from "./pairs_of_targets.ts";
import type { Pair } from "./pair.ts";
import { readTargetFiles, type TargetFileAccess, type TargetFiles } from "./target_files.ts";

/** A sender's complete configuration. */
export interface SenderConfig {
  readonly pairs: readonly Pair[];
  /** Where the sender's own metrics go; `undefined`: nowhere. */
  readonly self: SelfPair | undefined;
}

/** A pair whose source is the sender itself. */
export type SelfPair = Omit<Pair, "source">;

/** What a config is loaded with. */
export interface ConfigSurroundings extends Omit<TargetFileAccess, "before"> {
  readonly env: Environment;
  /** What files of targets said before: a faulty one keeps that. */
  readonly targetFiles?: TargetFiles;
}

/**
 * A config, or what is wrong: one line for each fault, none with a secret in it. `files`
 * are all paths that either depends on beside the text, absolute; some are of folders.
 */
export type LoadedConfig =
  | {
    readonly ok: true;
    readonly config: SenderConfig;
    readonly files: readonly string[];
    /** What is left out, in one line each: of targets in files, which may come right later. */
    readonly warnings: readonly string[];
    /** For the next time. */
    readonly targetFiles: TargetFiles;
  }
  | { readonly ok: false; readonly faults: readonly string[]; readonly files: readonly string[] };

/** Makes a config of a file's text and the files it names. Every fault is found at once. */
export async function loadConfig(
  text: string,
  surroundings: ConfigSurroundings,
): Promise<LoadedConfig> {
  const parsed = parseConfigJson(text);
  if (!parsed.ok) return { ok: false, faults: [parsed.fault], files: [] };
  const json = parsed.value;
  const { value: filled, faults: unset } = fillIn(json, surroundings.env);
  const named = await readNamedFiles({ json, filled }, surroundings);
  const result = v.safeParse(ConfigFile, filled);
  const faults = firstOfEach([
    ...unset,
    ...(result.issues ?? []).flatMap((issue) => describeIssue(issue, json)),
    ...findConflicts(filled),
    ...named.faults,
    ...await findExpressionFaults({ json, filled }),
  ]);
  if (!result.success || faults.length > 0) return { ok: false, faults, files: named.paths };

  const top = result.output;
  const { contents } = named;
  const pairs = staticPairs(top, contents);
  const tooMany = findTooManyLabels(pairs);
  if (tooMany.length > 0) return { ok: false, faults: tooMany, files: named.paths };
  const patterns = (top.sources ?? []).flatMap(({ files }) => files);
  const read = await readTargetFiles(patterns, {
    ...surroundings,
    before: surroundings.targetFiles ?? new Map(),
  });
  const found = pairsOfTargets(top, { contents, read, before: pairs });
  return {
    ok: true,
    config: { pairs: [...pairs, ...found.pairs], self: selfPair(top, contents) },
    files: [...new Set([...named.paths, ...read.paths])],
    warnings: [...read.warnings, ...found.warnings],
    targetFiles: read.files,
  };
}

function staticPairs(top: ConfigFile, contents: Contents): readonly Pair[] {
  return (top.pairs ?? []).map(({ source, destination: destinations, ...own }) =>
    makePair(mergeSettings(top, own), contents, { source, destinations })
  );
}

function selfPair(top: ConfigFile, contents: Contents): SelfPair | undefined {
  if (top.self === undefined) return undefined;
  const settings = mergeSettings(top, {});
  return {
    destinations: makeDestinations(settings, contents, top.self.destination),
    labels: settings.labels ?? {},
    ...limits(settings),
    mode: "push",
    paramsAllowed: [],
  };
}

/** Those of the top and a pair's own may be too many only together. */
function findTooManyLabels(pairs: readonly Pair[]): string[] {
  return pairs.flatMap(({ labels }, index) => {
    const fault = labelsFault(labels);
    if (fault === undefined) return [];
    return [faultAt(["pairs", index, "labels"], `with those of the top ${fault}`).text];
  });
}

/** One fault for each place: what comes of the first is no news. */
function firstOfEach(faults: readonly Fault[]): string[] {
  const first = new Map<string, string>();
  for (const { path, text } of faults) {
    if (!first.has(path)) first.set(path, text);
  }
  return [...first.values()];
}
