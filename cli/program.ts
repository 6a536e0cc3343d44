// The command line: every command with its options, its help, and what it comes to.

import { Argument, Command as Program } from "commander";
import type { Command, Shell } from "./command.ts";
import {
  addOptions,
  checkOptions,
  configOption,
  discoverOptions,
  doctorOptions,
  flagsOf,
  givenOptions,
  healthcheckOptions,
  installOptions,
  logOptions,
  receiverConfigOption,
  receiverOptions,
  senderOptions,
  uninstallOptions,
  unsetOptions,
} from "./options.ts";
import { VERSION_LINE } from "./version.ts";

/** Declares the commands. `choose` is told the one that was asked for. */
export function buildProgram(choose: (command: Command) => void): Program {
  const program = new Program("prompipe")
    .description("Pipes metrics to a Prometheus that cannot reach their exporters")
    .helpCommand(false);

  const receiver = addOptions(program.command("receiver"), [receiverOptions(), logOptions()])
    .description("Take pushes, and offer them to Prometheus")
    .addHelpText("after", TOKEN_HELP)
    .action(() => {
      const unset = unsetOptions(receiver);
      choose({ kind: "receiver", flags: { ...flagsOf(receiver), unset } });
    });

  receiver.command("exampleconfig")
    .description("Print a config to start from; its fresh token goes to standard error")
    .action(() => choose({ kind: "receiver exampleconfig" }));

  const receiverCheck = addOptions(receiver.command("check"), [[receiverConfigOption()]])
    .description("Read the config, and show its tokens")
    .action(() => choose({ kind: "receiver check", flags: flagsOf(receiverCheck) }));

  receiver.command("token")
    .description("Make a token: print one half for a sender, the other for the config")
    .addArgument(new Argument("<name>", "what the log calls it"))
    .action((name: string) => choose({ kind: "receiver token", name }));

  const receiverInstall = addOptions(
    receiver.command("install"),
    [receiverOptions(), logOptions(), installOptions()],
  )
    .description("Write a systemd unit for a receiver with these options")
    .addHelpText("after", TOKEN_HELP)
    .action(() => {
      const given = givenOptions(receiverInstall);
      const unset = unsetOptions(receiverInstall);
      choose({ kind: "receiver install", flags: { ...flagsOf(receiverInstall), given, unset } });
    });

  const receiverUninstall = addOptions(receiver.command("uninstall"), [uninstallOptions()])
    .description(
      "Stop the receiver that was installed, and remove its unit, cache, state and token",
    )
    .action(() => choose({ kind: "receiver uninstall", flags: flagsOf(receiverUninstall) }));

  const sender = addOptions(program.command("sender"), [senderOptions(), logOptions()])
    .description("Scrape sources, and push what they say")
    .addHelpText("after", CONFIG_HELP)
    .action(() => choose({ kind: "sender", flags: flagsOf(sender) }));

  sender.command("exampleconfig")
    .description("Print a config to start from, with a fresh token")
    .action(() => choose({ kind: "sender exampleconfig" }));

  const check = addOptions(sender.command("check"), [checkOptions()])
    .description("Read the config, and scrape each source once")
    .action(() => choose({ kind: "sender check", flags: flagsOf(check) }));

  const doctor = addOptions(sender.command("doctor"), [doctorOptions()])
    .description("Look at the whole way to each receiver, and push each target once")
    .action(() => choose({ kind: "sender doctor", flags: flagsOf(doctor) }));

  const discover = addOptions(sender.command("discover"), [[configOption()], discoverOptions()])
    .description("Look for exporters on this machine, and write them into the config")
    .action(() => choose({ kind: "sender discover", flags: flagsOf(discover) }));

  const senderInstall = addOptions(
    sender.command("install"),
    [senderOptions(), logOptions(), installOptions()],
  )
    .description("Write a systemd unit for a sender with this config")
    .action(() => {
      const given = givenOptions(senderInstall);
      choose({ kind: "sender install", flags: { ...flagsOf(senderInstall), given } });
    });

  const senderUninstall = addOptions(sender.command("uninstall"), [uninstallOptions()])
    .description("Stop the sender that was installed, and remove its unit and cache")
    .action(() => choose({ kind: "sender uninstall", flags: flagsOf(senderUninstall) }));

  const healthcheck = addOptions(program.command("healthcheck"), [healthcheckOptions()])
    .description("Ask a receiver whether it is well, for container engines")
    .action(() => choose({ kind: "healthcheck", flags: flagsOf(healthcheck) }));

  program.command("completions")
    .description("Print a completion script for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", COMPLETIONS_HELP)
    .action((shell: Shell) => choose({ kind: "completions", shell }));

  program.command("man")
    .description("Print the man page")
    .addHelpText("after", MAN_HELP)
    .action(() => choose({ kind: "man" }));

  for (const command of [program, receiver, sender]) {
    command.version(VERSION_LINE, "--version", "print the version");
  }
  for (const command of everyCommand(program)) {
    command.exitOverride().enablePositionalOptions()
      .showHelpAfterError(`("${pathOf(command)} --help" tells more)`);
  }
  return program;
}

/** A command and all below it. */
export function everyCommand(program: Program): Program[] {
  return [program, ...program.commands.flatMap(everyCommand)];
}

/** The words that name a command: `prompipe sender check`. */
export function pathOf(command: Program): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const TOKEN_HELP = `
The token that senders must show comes from the environment variable BEARER_TOKEN,
or from the file that BEARER_TOKEN_FILE names. More tokens, each for targets of
its own, stand in the file of --config. Without any no receiver starts.`;

const CONFIG_HELP = `
Three steps to a first config:
  prompipe sender exampleconfig > config.json    make one, then edit it
  prompipe sender check                          see whether its sources answer
  prompipe sender                                pipe`;

const MAN_HELP = `
To read it, or to keep it:
  prompipe man | man -l -
  prompipe man > /usr/local/share/man/man1/prompipe.1`;

const COMPLETIONS_HELP = `
To use them now:
  bash   source <(prompipe completions bash)
  zsh    source <(prompipe completions zsh)
  fish   prompipe completions fish | source`;
