// Arguments in, a command out. Nothing is run, written or exited here.

import { type Command as Program, CommanderError } from "commander";
import { nearest } from "../protocol/nearest.ts";
import type { Command } from "./command.ts";
import { buildProgram, everyCommand, pathOf } from "./program.ts";

/** Reads the arguments, and the environment for options that have none. */
export function parseCommand(args: readonly string[]): Command {
  let command: Command | undefined;
  let stdout = "";
  let stderr = "";
  const program = buildProgram((chosen) => command = chosen);
  for (const each of everyCommand(program)) {
    each.configureOutput({
      writeOut: (text) => stdout += text,
      writeErr: (text) => stderr += text,
      outputError: (text, write) => write(withoutSecrets(text.replace(/^error: /, "prompipe: "))),
    });
    // A command with commands of its own would complain of an option before it looks at
    // the word, and take the word for an argument.
    if (each.commands.length > 0 && each !== program) {
      each.allowExcessArguments().allowUnknownOption().hook("preAction", refuseUnknown);
    }
  }
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "shown", stdout, stderr, exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  if (command === undefined) throw new Error("No command was chosen");
  return command;
}

/** What somebody may have meant for a command or an option. */
const COMMAND_WORD = /^[a-z-]{1,20}$/i;

/** What is said of words that should not be there, without what may be a secret. */
function withoutSecrets(text: string): string {
  return text.replace(/(?<=^prompipe: too many arguments.* but got \d+): [^]*(?=\.\n)/, "")
    .replace(
      /^(prompipe: unknown \w+) '([^]*?)'(?=\n| of 'prompipe)/,
      (all, unknown, word) => COMMAND_WORD.test(word) ? all : unknown,
    );
}

function refuseUnknown(_: Program, chosen: Program): void {
  const word = chosen.args[0]?.split("=", 1)[0]; // what follows may be a secret
  if (word === undefined || chosen.commands.length === 0) return;
  const isOption = word.startsWith("-");
  const known = isOption
    ? chosen.options.map((option) => option.long ?? "")
    : chosen.commands.map((command) => command.name());
  const meant = word.endsWith(".json") ? "--config" : nearest(word, known);
  const suggestion = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
  const what = isOption ? `option '${word}'` : `command '${word}' of '${pathOf(chosen)}'`;
  chosen.error(`error: unknown ${what}${suggestion}`);
}
