import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { shown } from "./parsing.ts";

const LOG = ["--log-format", "--log-level"];
const RECEIVER = [
  "--config",
  "--push-listen",
  "--scrape-listen",
  "--max-body",
  "--max-unpacked",
  "--max-targets",
  "--max-memory",
  "--default-ttl",
  "--forget-after",
  "--state-dir",
  "--advertise",
  "--sd-warmup",
  "--trusted-proxies",
  "--tls-cert",
  "--tls-key",
  ...LOG,
];
const SENDER = ["--config", "--metrics-listen", ...LOG];
const INSTALL = ["--print", "--unit-dir", "--now"];
const UNINSTALL = ["--print", "--unit-dir"];

/** Every command, with its options and the commands below it. */
const COMMANDS: readonly [string, readonly string[], readonly string[]][] = [
  ["", ["--version"], ["receiver", "sender", "healthcheck", "completions", "man"]],
  ["receiver", [...RECEIVER, "--version"], [
    "exampleconfig",
    "check",
    "token",
    "install",
    "uninstall",
  ]],
  ["receiver exampleconfig", [], []],
  ["receiver check", ["--config"], []],
  ["receiver token", [], []],
  ["receiver install", [...RECEIVER, ...INSTALL], []],
  ["receiver uninstall", UNINSTALL, []],
  ["sender", [...SENDER, "--version"], ["exampleconfig", "check", "install", "uninstall"]],
  ["sender exampleconfig", [], []],
  ["sender check", ["--config", "--json"], []],
  ["sender install", [...SENDER, ...INSTALL], []],
  ["sender uninstall", UNINSTALL, []],
  ["healthcheck", ["--url"], []],
  ["completions", [], []],
  ["man", [], []],
];

/** A help text with its lines joined, so that no break hides a word. */
function helpOf(command: string): string {
  const { stdout, stderr, exitCode } = shown(`${command} --help`);
  assertEquals([stderr, exitCode], ["", 0], command);
  return stdout.replaceAll(/\s+/g, " ");
}

function longOptions(help: string): string[] {
  const [, options = ""] = help.split(" Options: ");
  const before = options.split(" Commands: ")[0]!;
  return [...before.matchAll(/(?:^| )(--[a-z-]+)(?= [<a-z])/g)].map(([, name]) => name!);
}

Deno.test("--help of every command names each of its options and commands, and its usage", () => {
  for (const [command, options, commands] of COMMANDS) {
    const help = helpOf(command);
    assertStringIncludes(help, `Usage: ${["prompipe", command].join(" ").trim()} `);
    assertStringIncludes(help, "-h, --help");
    for (const option of options) assertStringIncludes(help, ` ${option} `, command);
    const [, below = ""] = help.split(" Commands: ");
    for (const name of commands) assertStringIncludes(` ${below}`, ` ${name} `, command);
  }
});

Deno.test("--help of every command names no option that the command doesn't know", () => {
  for (const [command, options] of COMMANDS) {
    const named = new Set(longOptions(helpOf(command)));
    named.delete("--help");
    assertEquals([...named].sort(), [...options].sort(), command);
  }
});

Deno.test("--help names the variable and the default of every option that has a value", () => {
  const table: [string, string, string | undefined][] = [
    ["receiver", "--config", undefined],
    ["receiver check", "--config", "receiver.json"],
    ["receiver", "--push-listen", ":80"],
    ["receiver", "--scrape-listen", ":9090"],
    ["receiver", "--max-body", "10MiB"],
    ["receiver", "--max-unpacked", "50MiB"],
    ["receiver", "--max-targets", "10000"],
    ["receiver", "--max-memory", "1GiB"],
    ["receiver", "--default-ttl", "10m"],
    ["receiver", "--forget-after", "24h"],
    ["receiver", "--advertise", undefined],
    ["receiver", "--sd-warmup", "30s"],
    ["receiver", "--log-format", '"logfmt"'],
    ["receiver", "--log-level", '"info"'],
    ["sender", "--config", "config.json"],
    ["sender", "--metrics-listen", undefined],
    ["sender install", "--unit-dir", "/etc/systemd/system"],
    ["healthcheck", "--url", "http://127.0.0.1:9090/healthz"],
  ];
  for (const [command, option, byDefault] of table) {
    const variable = `PROMPIPE_${option.slice(2).replaceAll("-", "_").toUpperCase()}`;
    const [, rest = ""] = helpOf(command).split(` ${option} <`);
    const own = rest.split(" --")[0]!;
    assertStringIncludes(own, `env: ${variable})`, `${command} ${option}`);
    if (byDefault === undefined) assert(!own.includes("default:"), own);
    else assertStringIncludes(own, `default: ${byDefault},`, `${command} ${option}`);
  }
});

Deno.test("--help fits lines of 80 columns", () => {
  for (const [command] of COMMANDS) {
    for (const line of shown(`${command} --help`).stdout.split("\n")) {
      assert(line.length <= 82, `${command}: ${line}`);
    }
  }
});

Deno.test("--help says what a person needs next", () => {
  assertStringIncludes(helpOf("receiver"), "BEARER_TOKEN_FILE");
  assertStringIncludes(helpOf("sender"), "prompipe sender exampleconfig > config.json");
  assertStringIncludes(helpOf("completions"), "source <(prompipe completions bash)");
  assertStringIncludes(helpOf("man"), "prompipe man | man -l -");
});
