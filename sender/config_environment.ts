// `${NAME}` in the values of a config, filled in from the environment. `$${` stands for
// a plain `${`, and any other `$` for itself.

import { type Fault, faultAt, isRecord, type Path } from "../protocol/config_path.ts";

/** The value of a variable, or `undefined` where it isn't set. */
export type Environment = (name: string) => string | undefined;

const REFERENCE = /\$\$\{|\$\{([^}]*\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)\}$/;
const NO_NAME = "holds a ${ that no name of a variable and } follow; $${ stands for a plain ${";
/** No key of the config is deeper. */
const MAX_DEPTH = 8;

/** The same JSON with its strings filled in; what can't be is left as it stands. */
export function fillIn(
  json: unknown,
  env: Environment,
): { readonly value: unknown; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  return { value: fill(json, []), faults };

  function fill(value: unknown, path: Path): unknown {
    if (typeof value === "string") return fillText(value, path);
    if (path.length >= MAX_DEPTH) return value;
    if (Array.isArray(value)) return value.map((each, index) => fill(each, [...path, index]));
    if (!isRecord(value)) return value;
    const filled = Object.entries(value).map(([key, each]) => [key, fill(each, [...path, key])]);
    return Object.fromEntries(filled);
  }

  function fillText(text: string, path: Path): string {
    return text.replaceAll(REFERENCE, (whole, rest: string | undefined) => {
      if (rest === undefined) return "${";
      const name = NAME.exec(rest)?.[1];
      const value = name === undefined ? undefined : env(name);
      if (value !== undefined) return value;
      const what = name === undefined ? NO_NAME : `needs \${${name}}, which is not set`;
      faults.push(faultAt(path, what));
      return whole;
    });
  }
}
