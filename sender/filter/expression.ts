// Regular expressions as Prometheus has them: RE2, whose time to match is bounded by
// the length of what is matched. Loaded only by those who filter.

import { RE2JS, RE2JSException } from "re2js";

/** Compiles as Prometheus does, where a dot matches line ends too. */
export function compile(expression: string): RE2JS {
  return RE2JS.compile(expression, RE2JS.DOTALL);
}

/** The reason in a refusal of `compile`, without the expression; throws what is no refusal. */
export function faultOf(error: unknown): string {
  if (!(error instanceof RE2JSException)) throw error;
  return error.message.replace(/^error parsing regexp: /, "").replace(/: `.*$/s, "");
}
