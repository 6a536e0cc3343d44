// The pairs of a config's `sources`: one for every target of every file.

import { labelsFault } from "../protocol/mod.ts";
import { destinationKey } from "./config_conflicts.ts";
import { type Contents, makePair, mergeSettings } from "./config_pair.ts";
import { quote } from "../protocol/config_path.ts";
import type { ConfigFile } from "./config_schema.ts";
import { Wrong } from "./config_values.ts";
import type { Pair } from "./pair.ts";
import type { ReadTargets } from "./target_files.ts";
import { targetPair } from "./target_pairs.ts";

/** What targets are made into pairs with. */
export interface TargetContext {
  readonly contents: Contents;
  readonly read: ReadTargets;
  /** Pairs whose destinations are taken. */
  readonly before: readonly Pair[];
}

/** Pairs, and a line for each file with a target that makes none. */
export function pairsOfTargets(
  top: ConfigFile,
  { contents, read, before }: TargetContext,
): { readonly pairs: readonly Pair[]; readonly warnings: readonly string[] } {
  const taken = new Map<string, string>();
  const pairs: Pair[] = [];
  const wrong = new Map<string, string[]>();
  for (const pair of before) take(pair);

  for (const entry of top.sources ?? []) {
    const { files, destination, job, ...own } = entry;
    const settings = mergeSettings(top, own);
    for (const path of new Set(files.flatMap((pattern) => read.byPattern.get(pattern) ?? []))) {
      const file = read.files.get(path);
      for (const group of file?.groups ?? []) {
        for (const target of group.targets) {
          const addresses = targetPair(target, group, { destination, job });
          const fault = addresses instanceof Wrong
            ? addresses.reason
            : add(makePair(settings, contents, addresses));
          if (fault === undefined) continue;
          const name = file!.name;
          wrong.set(name, [...wrong.get(name) ?? [], `${quote(target)} ${fault}`]);
        }
      }
    }
  }
  const warnings = [...wrong].map(([name, [first, ...others]]) =>
    `${quote(name)}: target ${first}${others.length > 0 ? `, and ${others.length} more` : ""}`
  );
  return { pairs, warnings };

  /** Adds a pair, or says why not. */
  function add(pair: Pair): string | undefined {
    const fault = labelsFault(pair.labels);
    if (fault !== undefined) return `has labels that, with those of the config, ${fault}`;
    const owner = pair.destinations.map((each) => taken.get(destinationKey(each)))
      .find((each) => each !== undefined);
    const source = sourceKey(pair);
    if (owner === source) return undefined; // the same target again
    if (owner !== undefined) return "has the destination of another target";
    take(pair);
    pairs.push(pair);
    return undefined;
  }

  function take(pair: Pair): void {
    for (const each of pair.destinations) taken.set(destinationKey(each), sourceKey(pair));
  }
}

function sourceKey({ source }: Pair): string {
  return `${source.socketPath ?? ""}\n${source.url.href}`;
}
