// Whether a service's own user could read a program that is a tree of source files.

import type { System } from "./system.ts";

const PROGRAM_FILE = /(\.(ts|mts|js|mjs|cjs|wasm)|^package\.json|^deno\.(jsonc?|lock))$/;

/**
 * The first file of the program, or folder on the way to one, that others may not
 * read; undefined where all is well. Anything else in the tree, such as a config, may
 * be closed, and names that start with a dot at the top are not the program's.
 */
export async function unreadableSource(
  root: string,
  system: Pick<System, "stat" | "list">,
): Promise<string | undefined> {
  return (await look(root, root, system)).closed;
}

/** `program`: whether anything of the program lies there. */
interface Finding {
  readonly program: boolean;
  readonly closed?: string;
}

async function look(
  root: string,
  path: string,
  system: Pick<System, "stat" | "list">,
): Promise<Finding> {
  const facts = await system.stat(path);
  if (facts.kind !== "folder") {
    const program = PROGRAM_FILE.test(path.slice(path.lastIndexOf("/") + 1));
    return { program, closed: program && (facts.mode & 0o004) === 0 ? path : undefined };
  }
  let program = false;
  for (const name of (await system.list(path)).sort()) {
    if (path === root && name.startsWith(".")) continue;
    const found = await look(root, `${path}/${name}`, system).catch(gone);
    program ||= found.program;
    if (program && (facts.mode & 0o005) !== 0o005) {
      return { program, closed: path };
    }
    if (found.closed !== undefined) return found;
  }
  return { program };
}

// A link that leads nowhere, or in a circle, or a file that went away meanwhile.
function gone(error: unknown): Finding {
  if (
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.FilesystemLoop
  ) return { program: false };
  throw error;
}
