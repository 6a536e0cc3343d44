// The man page, made of the same definitions as `--help` (man(7) macros).

import type { Command as Program, Option } from "commander";
import { everyCommand, pathOf } from "./program.ts";

/** The page for section 1, as roff. It has no date, so that it is the same whenever it is made. */
export function manPage(program: Program, version: string): string {
  const commands = everyCommand(program).filter((command) => command !== program);
  return [
    `.TH PROMPIPE 1 "" "prompipe ${version}" "User Commands"`,
    ".SH NAME",
    `prompipe \\- ${text(lowerFirst(program.description()))}`,
    ".SH SYNOPSIS",
    ...commands.flatMap(synopsis),
    ".SH DESCRIPTION",
    paragraph(DESCRIPTION),
    ".SH COMMANDS",
    ...commands.flatMap(section),
    ".SH ENVIRONMENT",
    paragraph(ENVIRONMENT),
    ".SH EXIT STATUS",
    ...EXIT_STATUS.flatMap(([status, meaning]) => [".TP", `.B ${status}`, text(meaning)]),
    ".SH FILES",
    ...FILES.flatMap(([path, meaning]) => [".TP", `.I ${text(path)}`, text(meaning)]),
    "",
  ].join("\n");
}

const DESCRIPTION = "The sender scrapes exporters where they are and PUTs what they said to the " +
  "receiver, which offers each as a target for Prometheus to scrape. Prometheus gets the " +
  "exporter's own bytes; a target that is broken or gone shows as down, with the reason.";

const ENVIRONMENT = "Every option that takes a value can be set by a variable as well: PROMPIPE_ " +
  "and the option's name in capitals, such as PROMPIPE_PUSH_LISTEN. An option wins over its " +
  "variable. BEARER_TOKEN, or the file that BEARER_TOKEN_FILE names, holds the receiver's token.";

const EXIT_STATUS = [
  ["0", "Done."],
  ["1", "Failed while running; for check: a source can't be scraped."],
  ["2", "Bad usage, bad config or no token."],
] as const;

const FILES = [
  ["config.json", "The sender's config, unless --config names another."],
  ["receiver.json", "The receiver's config, where --config names it: tokens and options."],
  ["/etc/prompipe/receiver.token", "The token of an installed receiver."],
] as const;

function synopsis(command: Program): string[] {
  return [`.B ${text(pathOf(command))}`, text(command.usage()), ".br"];
}

function section(command: Program): string[] {
  const help = command.createHelp();
  return [
    `.SS ${text(pathOf(command))}`,
    paragraph(`${command.description()}.`),
    ...help.visibleOptions(command)
      .filter((option) => option.long !== "--help" && option.long !== "--version")
      .flatMap((option) => [".TP", `.B ${text(option.flags)}`, text(optionHelp(option))]),
  ];
}

function optionHelp(option: Option): string {
  const preset = option.defaultValueDescription ?? option.defaultValue;
  const choices = option.argChoices === undefined ? "" : ` (${option.argChoices.join(", ")})`;
  const byDefault = typeof preset === "string" ? `; ${preset} unless set` : "";
  return `${upperFirst(option.description)}${choices}${byDefault}.`;
}

function paragraph(words: string): string {
  return `.PP\n${text(words)}`;
}

/** Text that roff prints as it is: no line starts a request, a hyphen stays a hyphen. */
function text(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function upperFirst(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
