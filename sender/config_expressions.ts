// The regular expressions of a config's `keep` and `drop`, and what is wrong with them.

import {
  type Fault,
  faultAt,
  isRecord,
  type Path,
  quote,
  valueAt,
} from "../protocol/config_path.ts";
import { findExpressionFault } from "./filter/name_filter.ts";

/**
 * A fault for each expression of `filled` that Prometheus would refuse too. Messages show
 * it as it stands in `json`, before variables were filled in.
 */
export async function findExpressionFaults(
  { json, filled }: { readonly json: unknown; readonly filled: unknown },
): Promise<Fault[]> {
  const faults = [];
  for (const [path, expression] of expressions(filled)) {
    const reason = await findExpressionFault(expression);
    if (reason === undefined) continue;
    const shown = quote(String(valueAt(json, path)));
    faults.push(
      faultAt(path, `must be a regular expression in RE2's syntax; ${shown} is none: ${reason}`),
    );
  }
  return faults;
}

function* expressions(json: unknown): Generator<readonly [Path, string]> {
  for (const [place, entry] of entries(json)) {
    for (const key of ["keep", "drop"]) {
      const list = entry[key];
      for (const [index, each] of Array.isArray(list) ? list.entries() : []) {
        if (typeof each === "string") yield [[...place, key, index], each];
      }
    }
  }
}

/** The top, and all that may say the same as it. */
function* entries(json: unknown): Generator<readonly [Path, Record<string, unknown>]> {
  if (!isRecord(json)) return;
  yield [[], json];
  for (const key of ["pairs", "sources"]) {
    const list = json[key];
    for (const [index, entry] of Array.isArray(list) ? list.entries() : []) {
      if (isRecord(entry)) yield [[key, index], entry];
    }
  }
}
