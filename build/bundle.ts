// The program as a few files of JavaScript, with its commit written into them. What a
// command imports late stays a file of its own, so that others don't load it.

import { basename, join, resolve } from "@std/path";
import { build, stop } from "esbuild";
import { BuildError } from "./build_error.ts";
import { builtinModules } from "./builtin_modules.ts";
import { MODIFIED_AT_S } from "./modified_at.ts";

/** What cli/version.ts holds in the place of the commit. */
const PLACEHOLDER = "<commit>";

/** The file that is run; it imports the others, which lie beside it. */
export const BUNDLE_MAIN = "main.js";

export interface Bundle {
  /** File name → text, sorted by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly commit: string | undefined;
}

/** Bundles the program at `root`: the same text for the same commit, wherever it lies. */
export async function bundle(root: string, commit: string | undefined): Promise<Bundle> {
  return { files: withCommit(await bundled(resolve(root)), commit), commit };
}

/** How many bundles are being made: the last one ends the bundler's process. */
let underWay = 0;

async function bundled(root: string): Promise<ReadonlyMap<string, string>> {
  underWay++;
  try {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ["main.ts"],
      outdir: root,
      write: false,
      bundle: true,
      splitting: true,
      format: "esm",
      target: "esnext",
      // Unminified text would tell the paths of this machine.
      minify: true,
      legalComments: "none",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["deno", "module"],
      plugins: [builtinModules()],
      logLevel: "silent",
    });
    const files = outputFiles.map(({ path, text }) => [basename(path), text] as const);
    return new Map(files.sort(([one], [other]) => one < other ? -1 : 1));
  } catch (error) {
    throw new BuildError(`Cannot bundle main.ts: ${(error as Error).message}`);
  } finally {
    if (--underWay === 0) await stop();
  }
}

/** Writes a bundle's files into a folder, and returns the path of the one to run. */
export async function writeBundle({ files }: Bundle, folder: string): Promise<string> {
  for (const [name, text] of files) {
    const path = join(folder, name);
    await Deno.writeTextFile(path, text);
    // `deno compile` keeps it.
    await Deno.utime(path, MODIFIED_AT_S, MODIFIED_AT_S);
  }
  return join(folder, BUNDLE_MAIN);
}

/** The files with the commit in its place, of which there is exactly one. */
export function withCommit(
  files: ReadonlyMap<string, string>,
  commit: string | undefined,
): ReadonlyMap<string, string> {
  const places = [...files.values()].flatMap((text) => text.split(PLACEHOLDER).slice(1)).length;
  if (places !== 1) {
    throw new Error(
      `Cannot write the commit into the bundle: "${PLACEHOLDER}" is there ${places} times, not once`,
    );
  }
  if (commit === undefined) return files;
  return new Map([...files].map(([name, text]) => [name, text.replace(PLACEHOLDER, commit)]));
}
