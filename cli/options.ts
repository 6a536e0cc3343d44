// Every option of every command, once: name, kind of value, help, default, environment.

import { type Command as Program, InvalidArgumentError, Option } from "commander";
import {
  ADDRESS,
  COUNT,
  DURATION,
  HOST_PORT,
  NETWORKS,
  PATH,
  RECEIVER_URL,
  SCRAPE_URL,
  SIZE,
  type ValueKind,
  WEB_URL,
} from "./values.ts";

/** Options of `receiver`. */
export function receiverOptions(): Option[] {
  return [
    option("config", PATH, "read tokens, and options that stand nowhere else, from this file"),
    option("push-listen", ADDRESS, "listen here for pushes", ":80"),
    option("scrape-listen", ADDRESS, "listen here for Prometheus", ":9090"),
    option("max-body", SIZE, "largest push, as sent", "10MiB"),
    option("max-unpacked", SIZE, "largest push, unpacked", "50MiB"),
    option("max-targets", COUNT, "most targets", "10000"),
    option("max-memory", SIZE, "most memory for all snapshots", "1GiB"),
    option("default-ttl", DURATION, "time to live of a push that names none", "10m"),
    option("forget-after", DURATION, "how long a silent target stays known", "24h"),
    option("state-dir", PATH, "keep targets and snapshots here over a restart"),
    option("advertise", HOST_PORT, "what /sd names as the address to scrape"),
    option("sd-warmup", DURATION, "/sd answers 503 so long after a start", "30s"),
    option("trusted-proxies", NETWORKS, "take the client's address from X-Forwarded-For of these"),
    option("tls-cert", PATH, "serve pushes over TLS with this certificate (PEM)"),
    option("tls-key", PATH, "the certificate's key (PEM)"),
  ];
}

/** Where the receiver's config lies, for a command that does nothing without one. */
export function receiverConfigOption(): Option {
  return option("config", PATH, "the config file", "receiver.json");
}

/** An option that may stand in a receiver.json. */
export interface FileOption {
  /** As in the file: `max_body`. */
  readonly key: string;
  /** As in the flags: `maxBody`. */
  readonly name: string;
  readonly kind: ValueKind<unknown>;
}

/** Every option that may stand in a receiver.json. */
export function receiverFileOptions(): FileOption[] {
  return [...receiverOptions(), ...logOptions()].flatMap((one) => {
    const kind = kindOf.get(one);
    if (kind === undefined || one.name() === "config") return [];
    return [{ key: one.name().replaceAll("-", "_"), name: one.attributeName(), kind }];
  });
}

/** Options of `sender`. */
export function senderOptions(): Option[] {
  return [configOption(), option("metrics-listen", ADDRESS, "offer the sender's own metrics here")];
}

/** Where the sender's config lies. */
export function configOption(): Option {
  return option("config", PATH, "the config file", "config.json");
}

/** Options of `discover`. */
export function discoverOptions(): Option[] {
  return [
    option("receiver", RECEIVER_URL, "the receiver's address, such as https://push.example.com"),
    new Option("--yes", "write the config without asking").default(false),
  ];
}

/** Options of `sender check`. */
export function checkOptions(): Option[] {
  return [configOption(), new Option("--json", "print what was found as JSON").default(false)];
}

/** Options of `sender doctor`. */
export function doctorOptions(): Option[] {
  const help = "the receiver's scrape listener, to read a push back";
  return [...checkOptions(), option("scrape-url", SCRAPE_URL, help)];
}

/** Options of `healthcheck`. */
export function healthcheckOptions(): Option[] {
  return [option("url", WEB_URL, "what to ask", "http://127.0.0.1:9090/healthz")];
}

/** Options of every command that logs. */
export function logOptions(): Option[] {
  return [
    choice("log-format <format>", "how log lines are written", ["logfmt", "json"])
      .default("logfmt"),
    choice("log-level <level>", "the least level that is logged", [
      "debug",
      "info",
      "warn",
      "error",
    ]).default("info"),
  ];
}

/** Options of `install`, which say nothing about what is installed. */
export function installOptions(): Option[] {
  return [
    new Option("--print", "show the unit, and write nothing").default(false),
    option("unit-dir", PATH, "write the unit into this folder", UNIT_DIR),
    new Option("--now", "enable the unit, and start it").default(false).conflicts("print"),
  ];
}

/** Options of `uninstall`. */
export function uninstallOptions(): Option[] {
  return [
    new Option("--print", "show what would be done, and do nothing").default(false),
    option("unit-dir", PATH, "the folder that holds the unit", UNIT_DIR),
  ];
}

const UNIT_DIR = "/etc/systemd/system";

/** Adds lists of options to a command. */
export function addOptions(
  command: Program,
  lists: readonly Option[][],
): Program {
  for (const each of lists.flat()) command.addOption(each);
  return command;
}

/**
 * The values of a command's options. `Flags` is what the options above come to: it
 * can't be derived from them, so the two are kept side by side in a test.
 */
export function flagsOf<Flags>(command: Program): Flags {
  const names = command.options.map((one) => one.attributeName());
  const values = names.map((name) => [name, setter(command, name)?.getOptionValue(name)] as const);
  const set = values.filter(([, value]) => value !== undefined);
  return { ...command.opts(), ...Object.fromEntries(set) } as Flags;
}

/** The options with a value that nobody set, by their names in the flags. */
export function unsetOptions(command: Program): string[] {
  return command.options.filter((one) => one.envVar !== undefined)
    .map((one) => one.attributeName())
    .filter((name) => setter(command, name) === undefined);
}

/** The options that were set, by argument or environment, as arguments for a unit. */
export function givenOptions(command: Program): string[] {
  const notForUnit = [...installOptions(), configOption()].map((each) => each.attributeName());
  return command.options.map((one) => one.attributeName())
    .filter((name) => !notForUnit.includes(name))
    .flatMap((name) => {
      const owner = setter(command, name);
      const option = owner?.options.find((one) => one.attributeName() === name);
      return option === undefined ? [] : [option.long ?? "", typed(option, owner)];
    });
}

/**
 * The command whose value of an option counts, for what stands before a command's name
 * counts too, as in `sender --config x check`: an argument before the environment, and
 * the nearer command before the other.
 */
function setter(command: Program, name: string): Program | undefined {
  const both = command.parent === null ? [command] : [command, command.parent];
  return both.find((each) => each.getOptionValueSource(name) === "cli") ??
    both.find((each) => each.getOptionValueSource(name) === "env");
}

/** What was typed for an option, before it became a value. */
const textOf = new WeakMap<Option, string>();

function typed(option: Option, owner: Program | undefined): string {
  return textOf.get(option) ?? String(owner?.getOptionValue(option.attributeName()));
}

/** How the value of an option is read. */
const kindOf = new WeakMap<Option, ValueKind<unknown>>();

function option<T>(
  name: string,
  kind: ValueKind<T>,
  help: string,
  byDefault?: string,
): Option {
  const made = named(`${name} <${kind.placeholder}>`, help).argParser(
    (text) => {
      const value = kind.parse(text);
      if (value === undefined) {
        throw new InvalidArgumentError(`It must be ${kind.right}.`);
      }
      textOf.set(made, text);
      return value;
    },
  );
  kindOf.set(made, kind);
  return byDefault === undefined ? made : made.default(kind.parse(byDefault), byDefault);
}

function choice(flags: string, help: string, words: readonly string[]): Option {
  const made = named(flags, help).choices(words);
  kindOf.set(made, {
    placeholder: "",
    right: `one of ${words.map((word) => `"${word}"`).join(", ")}`,
    parse: (text) => words.includes(text) ? text : undefined,
  });
  return made;
}

/** Every option that takes a value has an environment variable: PROMPIPE_ and its name. */
function named(flags: string, help: string): Option {
  const made = new Option(`--${flags}`, help);
  return made.env(`PROMPIPE_${made.name().replaceAll("-", "_").toUpperCase()}`);
}
