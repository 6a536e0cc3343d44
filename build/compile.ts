// `deno task compile [--target TARGET]`: one executable file, by `deno compile`.

import { join } from "@std/path";
import { parseArgs } from "node:util";
import project from "../deno.json" with { type: "json" };
import { BuildError, exitStatus } from "./build_error.ts";
import { type Bundle, bundle, writeBundle } from "./bundle.ts";
import { compileArgs, compileFailure } from "./compile_command.ts";
import { runDeno } from "./deno.ts";
import { currentCommit } from "./commit.ts";
import { announce, DIST } from "./dist.ts";
import type { Grants } from "./flags.ts";
import { fileName, type Target, TARGETS } from "./targets.ts";

const ROOT = join(import.meta.dirname!, "..");

/** A target that can't be compiled for, and why. */
export class CompileError extends BuildError {
  readonly target: string;
  readonly reason: string;

  constructor(target: string, reason: string) {
    super(`Cannot compile for ${target}: ${reason}`);
    this.target = target;
    this.reason = reason;
  }
}

/** Writes the target's file into a folder and returns its name. */
export async function compile(
  target: Target | undefined,
  program: Bundle,
  folder: string,
): Promise<string> {
  const name = fileName(target);
  await Deno.mkdir(folder, { recursive: true });
  const staged = await Deno.makeTempDir({ prefix: "prompipe-compile-" });
  try {
    const args = compileArgs({
      grants: project as Grants,
      target,
      main: await writeBundle(program, staged),
      output: join(folder, name),
    });
    const { success, said } = await runDeno(args, staged);
    if (!success) {
      throw new CompileError(
        target ?? Deno.build.target,
        compileFailure(said),
      );
    }
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
  return name;
}

/** Undefined where none is asked for. */
export function parseTarget(args: readonly string[]): Target | undefined {
  const { target } = options(args);
  const known = TARGETS.find((each) => each === target);
  if (known === undefined && target !== undefined) {
    throw new BuildError(
      `Cannot compile for "${target}": --target must be one of ${TARGETS.join(", ")}`,
    );
  }
  return known;
}

function options(args: readonly string[]): { target?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { target: { type: "string" } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BuildError(`Cannot compile: ${error.message}`);
  }
}

if (import.meta.main) {
  Deno.exit(
    await exitStatus(async () => {
      const target = parseTarget(Deno.args);
      announce(await compile(target, await bundle(ROOT, await currentCommit(ROOT)), DIST));
    }),
  );
}
