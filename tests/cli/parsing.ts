// Command lines, read with an environment of the test's own.

import { assert } from "@std/assert";
import type { Command } from "../../cli/command.ts";
import { parseCommand } from "../../cli/parse.ts";
import { withEnvironment } from "../fakes/environment.ts";

/** What a command line, its words divided by spaces, comes to. */
export function parse(line: string, environment: Record<string, string> = {}): Command {
  const args = line.split(" ").filter((word) => word !== "");
  return withEnvironment(environment, () => parseCommand(args));
}

/** What is shown in place of running anything. */
export function shown(line: string, environment: Record<string, string> = {}) {
  const command = parse(line, environment);
  assert(command.kind === "shown", `"${line}" came to ${command.kind}`);
  return command;
}

/** The options of a command that was understood. */
export function flags(
  line: string,
  environment: Record<string, string> = {},
): Record<string, unknown> {
  const command = parse(line, environment);
  assert("flags" in command, command.kind === "shown" ? command.stderr : command.kind);
  return { ...command.flags };
}
