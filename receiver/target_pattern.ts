// Which targets a token may write: patterns such as "greenhouse/*" and "*/rpi-*".

import type { Target } from "../protocol/mod.ts";

/** A pattern, as it was written and ready to match. */
export interface TargetPattern {
  readonly text: string;
  matches(target: Target): boolean;
}

/**
 * Reads `{job}/{instance}`, each percent-encoded as in a path, where `*` stands for any
 * characters of a name, or for none; `undefined` for what is no such pattern. Names are
 * matched decoded and apart: a `*` for the job never reaches into the instance.
 */
export function parseTargetPattern(text: string): TargetPattern | undefined {
  const segments = text.split("/", 3);
  if (segments.length !== 2) return undefined;
  const [job, instance] = segments.map(parseSegment);
  if (job === undefined || instance === undefined) return undefined;
  return { text, matches: (target) => job(target.job) && instance(target.instance) };
}

function parseSegment(segment: string): ((name: string) => boolean) | undefined {
  if (segment === "") return undefined;
  let pieces;
  try {
    pieces = segment.split("*").map(decodeURIComponent);
  } catch {
    return undefined;
  }
  if (pieces.length === 1) return (name) => name === pieces[0];
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  const between = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (name) => name.startsWith(first) && endsAfter(name, { between, last, at: first.length });
}

/**
 * Whether the pieces follow each other from `at` on, and `last` ends the name. The first
 * place of each piece is the best one, so that nothing is ever tried twice.
 */
function endsAfter(
  name: string,
  rest: { readonly between: readonly string[]; readonly last: string; readonly at: number },
): boolean {
  let { at } = rest;
  for (const piece of rest.between) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - at >= rest.last.length && name.endsWith(rest.last);
}
