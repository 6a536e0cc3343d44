// How this very program is started again: by a unit, or by a child process.

import { fileURLToPath } from "node:url";
import { dirname } from "@std/path";
import type { Program } from "../systemd/mod.ts";

/** Set by the portable file to its own path, since the runtime inside knows only itself. */
const PORTABLE_FILE = "PROMPIPE_EXECUTABLE";

/**
 * The command line that comes before prompipe's own arguments: the executable, or
 * the runtime and the source where it runs from source.
 */
export function thisProgram(): Program {
  const executable = Deno.build.standalone ? Deno.execPath() : Deno.env.get(PORTABLE_FILE);
  if (executable) return { argv: [executable], paths: [executable] };
  const main = fileURLToPath(import.meta.resolve("../main.ts"));
  const runtime = Deno.execPath();
  const argv = [runtime, "run", "--quiet", "--no-prompt", "--permission-set", main];
  return { argv, paths: [runtime, dirname(main)] };
}
