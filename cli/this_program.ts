// How this very program is started again: by a unit, or by a child process.

import { fileURLToPath } from "node:url";
import { dirname } from "@std/path";
import type { Program } from "../systemd/mod.ts";

/**
 * The command line that comes before prompipe's own arguments: the executable, or
 * the runtime and the source where it runs from source.
 */
export function thisProgram(): Program {
  const executable = Deno.execPath();
  if (Deno.build.standalone) return { argv: [executable], paths: [executable] };
  const main = fileURLToPath(import.meta.resolve("../main.ts"));
  const argv = [executable, "run", "--quiet", "--no-prompt", "--permission-set", main];
  return { argv, paths: [executable, dirname(main)] };
}
