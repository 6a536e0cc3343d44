// `deno task release`: every file of a release, and their checksums. What can't be
// made doesn't keep the rest from being made, but the task fails.

import { join } from "@std/path";
import { BuildError, exitStatus } from "./build_error.ts";
import { bundle } from "./bundle.ts";
import { compile, CompileError } from "./compile.ts";
import { currentCommit } from "./commit.ts";
import { announce, DIST } from "./dist.ts";
import { buildPortable } from "./portable.ts";
import { ARCHS, sha256 } from "./runtime.ts";
import { TARGETS } from "./targets.ts";

const BASE_RUNTIME = "DENORT_BIN";

if (import.meta.main) Deno.exit(await exitStatus(release));

async function release(): Promise<void> {
  if (Deno.args.length > 0) {
    throw new BuildError(`Cannot release with "${Deno.args[0]}": the task takes no options`);
  }
  const ownBase = Deno.env.get(BASE_RUNTIME);
  const root = join(import.meta.dirname!, "..");
  const program = await bundle(root, await currentCommit(root));
  const made: string[] = [];
  const add = (name: string) => {
    announce(name);
    made.push(name);
  };
  for (const arch of ARCHS) add(await buildPortable(arch, program, DIST));
  const failures: CompileError[] = [];
  for (const target of TARGETS) {
    // A base runtime of somebody's own is for this machine, not for all five.
    if (ownBase !== undefined && target === Deno.build.target) Deno.env.set(BASE_RUNTIME, ownBase);
    else Deno.env.delete(BASE_RUNTIME);
    try {
      add(await compile(target, program, DIST));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      failures.push(error);
    }
  }
  await writeSums(made);
  if (failures.length > 0) throw new BuildError(incomplete(failures, made));
}

/** One line for each reason, and one for what there is. */
export function incomplete(
  failures: readonly Pick<CompileError, "target" | "reason">[],
  made: readonly string[],
): string {
  const byReason = Map.groupBy(failures, ({ reason }) => reason);
  return [
    ...[...byReason].map(([reason, failed]) =>
      `Cannot compile for ${failed.map(({ target }) => target).join(", ")}: ${reason}`
    ),
    `The release is not complete; made: ${[...made, "SHA256SUMS"].join(", ")}`,
  ].join("\n");
}

/** As `sha256sum --check` reads it, and of nothing but these files. */
async function writeSums(names: readonly string[]): Promise<void> {
  const lines = await Promise.all(
    [...names].sort().map(async (name) =>
      `${await sha256(await Deno.readFile(join(DIST, name)))}  ${name}\n`
    ),
  );
  await Deno.writeTextFile(join(DIST, "SHA256SUMS"), lines.join(""));
  announce("SHA256SUMS");
}
