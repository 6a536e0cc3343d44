// The door of the command line: one command, run to its end.

import type { Command } from "./command.ts";
import { parseCommand } from "./parse.ts";
import { Fault, print, printError } from "./terminal.ts";
import { VERSION } from "./version.ts";

/**
 * Runs what the arguments ask for and returns the exit status: 0 done, 1 failed
 * while running, 2 bad usage or bad config. Commands load only what they need.
 */
export async function run(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  try {
    return await perform(command);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    printFault(`prompipe: ${error.message}`);
    return error.exitCode;
  }
}

/** In the journal every line stands for itself, with the priority of an error before it. */
function printFault(text: string): void {
  printError(Deno.env.has("JOURNAL_STREAM") ? text.replaceAll(/^/gm, "<3>") : text);
}

async function perform(command: Command): Promise<number> {
  switch (command.kind) {
    case "shown":
      if (command.stdout !== "") print(command.stdout.trimEnd());
      if (command.stderr !== "") printFault(command.stderr.trimEnd());
      return command.exitCode;
    case "receiver":
      return await (await import("./receiver_command.ts")).runReceiver(command.flags);
    case "receiver exampleconfig":
      return await (await import("./receiver_config_command.ts")).printExampleConfig();
    case "receiver check":
      return await (await import("./receiver_config_command.ts")).checkConfig(command.flags);
    case "receiver token":
      return await (await import("./receiver_config_command.ts")).printToken(command.name);
    case "receiver install":
      return await (await import("./install_command.ts")).runReceiverInstall(command.flags);
    case "receiver uninstall":
      return await (await import("./install_command.ts")).runUninstall("receiver", command.flags);
    case "sender":
      return await (await import("./sender_command.ts")).runSender(command.flags);
    case "sender exampleconfig":
      print((await import("../sender/example_config.ts")).exampleConfig());
      return 0;
    case "sender check":
      return await (await import("./check_command.ts")).runCheck(command.flags);
    case "sender doctor":
      return await (await import("./doctor_command.ts")).runDoctor(command.flags);
    case "sender discover":
      return await (await import("./discover_command.ts")).runDiscover(command.flags);
    case "sender install":
      return await (await import("./install_command.ts")).runSenderInstall(command.flags);
    case "sender uninstall":
      return await (await import("./install_command.ts")).runUninstall("sender", command.flags);
    case "healthcheck":
      return await (await import("./healthcheck_command.ts")).runHealthcheck(command.flags.url);
    case "completions":
      return await printCompletions(command.shell);
    case "man":
      return await printManPage();
    default:
      return command satisfies never;
  }
}

async function printCompletions(shell: "bash" | "zsh" | "fish"): Promise<number> {
  const { completionScript } = await import("./completions.ts");
  const { buildProgram } = await import("./program.ts");
  print(completionScript(buildProgram(() => {}), shell).trimEnd());
  return 0;
}

async function printManPage(): Promise<number> {
  const { manPage } = await import("./man.ts");
  const { buildProgram } = await import("./program.ts");
  print(manPage(buildProgram(() => {}), VERSION).trimEnd());
  return 0;
}
