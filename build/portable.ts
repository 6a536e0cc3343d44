// `deno task portable [--arch x64|arm64]`: one executable file for Linux that needs no
// download of `deno compile`'s base runtime.

import { join } from "@std/path";
import { parseArgs } from "node:util";
import project from "../deno.json" with { type: "json" };
import { BuildError, exitStatus } from "./build_error.ts";
import { type Bundle, bundle } from "./bundle.ts";
import type { Grants } from "./flags.ts";
import { currentCommit } from "./commit.ts";
import { announce, DIST, put } from "./dist.ts";
import { portableFile } from "./portable_file.ts";
import { type Arch, ARCHS, readRuntime } from "./runtime.ts";

const ROOT = join(import.meta.dirname!, "..");

if (import.meta.main) {
  Deno.exit(
    await exitStatus(async () => {
      const arch = parseArch(Deno.args);
      announce(await buildPortable(arch, await bundle(ROOT, await currentCommit(ROOT)), DIST));
    }),
  );
}

/** Writes prompipe-linux-ARCH into a folder and returns its name. */
export async function buildPortable(arch: Arch, program: Bundle, folder: string): Promise<string> {
  const file = await portableFile({
    arch,
    version: project.version,
    grants: project as Grants,
    bundle: program,
    runtime: await readRuntime(arch),
  });
  return await put(folder, `prompipe-linux-${arch}`, file);
}

/** This machine's own architecture where none is asked for. */
export function parseArch(args: readonly string[]): Arch {
  const { arch } = options(args);
  if (arch === undefined) return Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const known = ARCHS.find((each) => each === arch);
  if (known === undefined) {
    throw new BuildError(`Cannot build for "${arch}": --arch must be ${ARCHS.join(" or ")}`);
  }
  return known;
}

function options(args: readonly string[]): { arch?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { arch: { type: "string" } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BuildError(`Cannot build: ${error.message}`);
  }
}
