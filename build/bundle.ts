// The program as a few files of JavaScript, with its commit written into them. What a
// command imports late stays a file of its own, so that others don't load it.

import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import { runDeno } from "./deno.ts";
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
  const folder = await Deno.makeTempDir({ prefix: "prompipe-bundle-" });
  try {
    // Unminified text would tell the paths of this machine.
    const options = ["--quiet", "--minify", "--code-splitting", "--outdir", folder];
    const { success, said } = await runDeno(["bundle", ...options, "main.ts"], root);
    if (!success) throw new BuildError(`Cannot bundle main.ts: ${said}`);
    return { files: withCommit(await readFolder(folder), commit), commit };
  } finally {
    await Deno.remove(folder, { recursive: true });
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

async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await Deno.readTextFile(join(folder, name))] as const),
    ),
  );
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
