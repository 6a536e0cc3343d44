// Which metrics pass `keep` and `drop`, by their names.

/** Regular expressions in RE2's syntax, as the config has them. An empty list asks for nothing. */
export interface FilterRules {
  /** A metric passes if one of them matches the whole of its name. */
  readonly keep: readonly string[];
  /** Of those, a metric passes if none of them does. */
  readonly drop: readonly string[];
}

/** Says whether a metric passes. */
export type NameFilter = (name: string) => boolean;

/** Makes a filter. The expressions are ones that {@linkcode findExpressionFault} finds nothing in. */
export async function makeNameFilter({ keep, drop }: FilterRules): Promise<NameFilter> {
  const { compile } = await import("./expression.ts");
  const kept = keep.map(compile);
  const dropped = drop.map(compile);
  return (name) =>
    (kept.length === 0 || kept.some((each) => each.testExact(name))) &&
    !dropped.some((each) => each.testExact(name));
}

/** What is wrong with an expression, or `undefined`. */
export async function findExpressionFault(expression: string): Promise<string | undefined> {
  const { compile, faultOf } = await import("./expression.ts");
  try {
    compile(expression);
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
}
