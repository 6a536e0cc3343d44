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
      outputError: (text, write) => write(text.replace(/^error: /, "prompipe: ")),
    });
    // A command with commands of its own takes a word it doesn't know for an argument.
    if (each.commands.length > 0) {
      each.allowExcessArguments().hook("preAction", refuseWord);
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

function refuseWord(_: Program, chosen: Program): void {
  const [word] = chosen.args;
  if (word === undefined || chosen.commands.length === 0) return;
  const meant = nearest(word, chosen.commands.map((command) => command.name()));
  const suggestion = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
  chosen.error(
    `error: unknown command '${word}' of '${pathOf(chosen)}'${suggestion}`,
  );
}
