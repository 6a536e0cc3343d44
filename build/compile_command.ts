// The command line that compiles a bundle.

import { grantFlags, type Grants } from "./flags.ts";
import type { Target } from "./targets.ts";
import { tuningFlags, TUNINGS } from "./tuning.ts";

export interface CompileOptions {
  readonly grants: Grants;
  /** Undefined: this machine's. */
  readonly target: Target | undefined;
  /** The bundle's main file. What it doesn't import stays out. */
  readonly main: string;
  readonly output: string;
}

/** Arguments to Deno. */
export function compileArgs({ grants, target, main, output }: CompileOptions): string[] {
  return [
    "compile",
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-npm",
    "--no-remote",
    ...grantFlags(grants),
    ...tuningFlags(TUNINGS.otherwise),
    ...(target === undefined ? [] : ["--target", target]),
    // Else a hash of the folder that this is built in.
    "--app-name",
    "prompipe",
    "--output",
    output,
    main,
  ];
}

/** Why `deno compile` failed, from what it said. */
export function compileFailure(said: string): string {
  if (!/base binary|denort/i.test(said)) return said.trim();
  return "the base runtime (denort) could not be had; name one with DENORT_BIN, " +
    "or make a file for Linux without it: deno task portable";
}
