// Completion scripts. They are static: a TAB starts no runtime, only the shell's own words.

import type { Command as Program } from "commander";
import type { Shell } from "./command.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { commandTree } from "./completions/tree.ts";
import { zshScript } from "./completions/zsh.ts";

/** The script that teaches a shell the program's commands, options and values. */
export function completionScript(program: Program, shell: Shell): string {
  return SCRIPTS[shell](commandTree(program));
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };
