import { assertEquals } from "@std/assert";
import type { Command } from "../../cli/command.ts";
import project from "../../deno.json" with { type: "json" };
import { flags, parse, shown } from "./parsing.ts";

const LOG = { logFormat: "logfmt", logLevel: "info" } as const;
const RECEIVER = {
  pushListen: { host: "", port: 80 },
  scrapeListen: { host: "", port: 9090 },
  maxBody: 10_485_760,
  maxUnpacked: 52_428_800,
  maxTargets: 10_000,
  maxMemory: 1_073_741_824,
  defaultTtl: 600_000,
  forgetAfter: 86_400_000,
  sdWarmup: 30_000,
} as const;
/** All of them, for nobody set any. */
const UNSET = [
  "config",
  "advertise",
  "stateDir",
  "trustedProxies",
  "tlsCert",
  "tlsKey",
  ...Object.keys(RECEIVER),
  ...Object.keys(LOG),
];
const INSTALL = { print: false, now: false, unitDir: "/etc/systemd/system", given: [] } as const;
const UNINSTALL = { print: false, unitDir: "/etc/systemd/system" } as const;

Deno.test("parseCommand() knows every command, each with its defaults", () => {
  const table: [string, Command | { kind: string; flags: Record<string, unknown> }][] = [
    ["receiver", { kind: "receiver", flags: { ...RECEIVER, ...LOG, unset: UNSET } }],
    ["receiver exampleconfig", { kind: "receiver exampleconfig" }],
    ["receiver check", { kind: "receiver check", flags: { config: "receiver.json" } }],
    ["receiver token kitchen", { kind: "receiver token", name: "kitchen" }],
    ["receiver install", {
      kind: "receiver install",
      flags: { ...RECEIVER, ...LOG, ...INSTALL, unset: [...UNSET, "unitDir"] },
    }],
    ["receiver uninstall", { kind: "receiver uninstall", flags: UNINSTALL }],
    ["sender", { kind: "sender", flags: { config: "config.json", ...LOG } }],
    ["sender exampleconfig", { kind: "sender exampleconfig" }],
    ["sender check", { kind: "sender check", flags: { config: "config.json", json: false } }],
    ["sender install", {
      kind: "sender install",
      flags: { config: "config.json", ...LOG, ...INSTALL },
    }],
    ["sender uninstall", { kind: "sender uninstall", flags: UNINSTALL }],
    ["healthcheck", { kind: "healthcheck", flags: { url: "http://127.0.0.1:9090/healthz" } }],
    ["completions bash", { kind: "completions", shell: "bash" }],
    ["completions zsh", { kind: "completions", shell: "zsh" }],
    ["completions fish", { kind: "completions", shell: "fish" }],
    ["man", { kind: "man" }],
  ];
  for (const [line, command] of table) assertEquals<unknown>(sorted(parse(line)), sorted(command));
});

/** With what nobody set in an order of its own. */
function sorted(command: object): object {
  if (!("flags" in command)) return command;
  const flags = command.flags as { unset?: readonly string[] };
  return flags.unset === undefined
    ? command
    : { ...command, flags: { ...flags, unset: flags.unset.toSorted() } };
}

Deno.test("parseCommand() tells which options of a receiver nobody set", () => {
  const table: [string, Record<string, string>, string[]][] = [
    ["receiver --max-body 1B", {}, ["maxBody"]],
    ["receiver", { PROMPIPE_MAX_BODY: "1B", PROMPIPE_CONFIG: "x.json" }, ["maxBody", "config"]],
    ["receiver --max-targets 10000 install --log-level info", {}, ["maxTargets", "logLevel"]],
  ];
  for (const [line, environment, set] of table) {
    const unset = new Set(flags(line, environment)["unset"] as string[]);
    assertEquals(UNSET.filter((name) => !unset.has(name)).toSorted(), set.toSorted(), line);
  }
});

Deno.test("parseCommand() reads the value of every option", () => {
  const table: [string, string, unknown][] = [
    ["receiver --push-listen [::1]:0", "pushListen", { host: "::1", port: 0 }],
    ["receiver --scrape-listen=127.0.0.1:9", "scrapeListen", { host: "127.0.0.1", port: 9 }],
    ["receiver --max-body 512KiB", "maxBody", 524_288],
    ["receiver --max-unpacked 1GiB", "maxUnpacked", 1_073_741_824],
    ["receiver --max-targets 7", "maxTargets", 7],
    ["receiver --max-memory 1B", "maxMemory", 1],
    ["receiver --default-ttl 500ms", "defaultTtl", 500],
    ["receiver --forget-after 1d", "forgetAfter", 86_400_000],
    ["receiver --advertise prom.example:9090", "advertise", "prom.example:9090"],
    ["receiver --sd-warmup 1m", "sdWarmup", 60_000],
    ["receiver --config r.json", "config", "r.json"],
    ["receiver check --config r.json", "config", "r.json"],
    ["receiver --config r.json check", "config", "r.json"],
    ["receiver --config r.json install", "config", "r.json"],
    ["receiver --log-format json", "logFormat", "json"],
    ["receiver --log-level debug", "logLevel", "debug"],
    ["sender --config other.json", "config", "other.json"],
    ["sender --metrics-listen :9091", "metricsListen", { host: "", port: 9091 }],
    ["sender --log-format logfmt", "logFormat", "logfmt"],
    ["sender --log-level error", "logLevel", "error"],
    ["sender install --unit-dir /tmp/units", "unitDir", "/tmp/units"],
    ["sender install --print", "print", true],
    ["receiver install --print", "print", true],
    ["receiver install --now", "now", true],
    ["sender uninstall --unit-dir /tmp/units", "unitDir", "/tmp/units"],
    ["receiver uninstall --print", "print", true],
    ["healthcheck --url http://[::1]:9090/readyz", "url", "http://[::1]:9090/readyz"],
  ];
  for (const [line, name, value] of table) assertEquals(flags(line)[name], value, line);
});

Deno.test("parseCommand() reads an option before and after the sub-command; the later one wins", () => {
  const table: [string, string, unknown][] = [
    ["sender --config a.json check", "config", "a.json"],
    ["sender check --config b.json", "config", "b.json"],
    ["sender --config a.json check --config b.json", "config", "b.json"],
    ["sender --config a.json install", "config", "a.json"],
    ["sender --metrics-listen :1 install", "metricsListen", { host: "", port: 1 }],
    ["receiver --max-targets 1 install", "maxTargets", 1],
    ["receiver --max-targets 1 install --max-targets 2", "maxTargets", 2],
    // A default after it is no choice.
    ["receiver --max-targets 1 install --max-body 1B", "maxTargets", 1],
    ["receiver --max-targets 10000 install --max-targets 2", "maxTargets", 2],
  ];
  for (const [line, name, value] of table) assertEquals(flags(line)[name], value, line);
});

Deno.test("parseCommand() keeps for the unit what was typed, and nothing of the install", () => {
  const table: [string, string[]][] = [
    ["receiver install", []],
    ["receiver install --print --unit-dir /tmp/units", []],
    ["receiver install --now", []],
    ["receiver install --push-listen :8080", ["--push-listen", ":8080"]],
    ["receiver --push-listen :8080 install", ["--push-listen", ":8080"]],
    ["receiver install --max-body 1MiB --log-level warn", [
      "--max-body",
      "1MiB",
      "--log-level",
      "warn",
    ]],
    ["receiver --default-ttl 1m30s install --print", ["--default-ttl", "1m30s"]],
    ["sender install --config other.json", []],
    ["sender install --metrics-listen [::1]:9091", ["--metrics-listen", "[::1]:9091"]],
  ];
  for (const [line, given] of table) assertEquals(flags(line)["given"], given, line);
});

Deno.test("parseCommand() keeps for the unit an option that was typed twice as it counts, once", () => {
  assertEquals(flags("receiver --max-targets 1 install --max-targets 2")["given"], [
    "--max-targets",
    "2",
  ]);
});

Deno.test("parseCommand() says the version at the top, of sender and of receiver", () => {
  for (const line of ["--version", "sender --version", "receiver --version"]) {
    assertEquals(shown(line), {
      kind: "shown",
      stdout: `prompipe ${project.version}\n`,
      stderr: "",
      exitCode: 0,
    });
  }
});

Deno.test("parseCommand() reads each command line for itself", () => {
  assertEquals(flags("receiver --max-targets 1")["maxTargets"], 1);
  assertEquals(flags("receiver")["maxTargets"], 10_000);
});
