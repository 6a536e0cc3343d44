// Completion scripts. They are static: a TAB asks the shell's own words, and starts no runtime.

import type { Argument, Command as Program, Option } from "commander";
import type { Shell } from "./command.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { zshScript } from "./completions/zsh.ts";
import { everyCommand, pathOf } from "./program.ts";

/** What can follow a command. */
export interface Completions {
  /** The command itself: `prompipe sender check`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly help: string }[];
  /** The first argument; no command has choices for a second one. */
  readonly argument: Value | undefined;
  readonly options: readonly {
    /** With its dashes. */
    readonly name: string;
    readonly help: string;
    /** Undefined: it takes none. */
    readonly value: Value | undefined;
  }[];
}

export interface Value {
  readonly name: string;
  readonly kind: "word" | "file" | "folder";
  /** All that it can be; none where it's free. */
  readonly words: readonly string[];
}

/** The script that teaches a shell the program's commands, options and values. */
export function completionScript(program: Program, shell: Shell): string {
  const commands = everyCommand(program).map(completionsOf);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

function completionsOf(command: Program): Completions {
  const help = command.createHelp();
  const [argument] = command.registeredArguments;
  return {
    path: pathOf(command),
    commands: help.visibleCommands(command)
      .map((one) => ({ name: one.name(), help: one.description() })),
    argument: argument && value(argument.name(), argument),
    options: help.visibleOptions(command).filter((one) => one.long).map((one) => {
      const placeholder = /[<[]([^>\]]+)/.exec(one.flags)?.[1];
      return {
        name: one.long!,
        help: one.description,
        value: placeholder === undefined ? undefined : value(placeholder, one),
      };
    }),
  };
}

function value(placeholder: string, of: Option | Argument): Value {
  const path = of.name().endsWith("-dir") ? "folder" : "file";
  return {
    name: placeholder,
    kind: placeholder === "path" ? path : "word",
    words: of.argChoices ?? [],
  };
}
