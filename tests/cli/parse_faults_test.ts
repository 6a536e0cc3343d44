import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseCommand } from "../../cli/parse.ts";
import { withEnvironment } from "../fakes/environment.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { shown } from "./parsing.ts";

Deno.test("parseCommand() answers a wrong word with the nearest right one, and status 2", () => {
  const table: [string, string, string?][] = [
    ["recevier", "unknown command 'recevier'\n(Did you mean receiver?)"],
    ["sendr", "unknown command 'sendr'\n(Did you mean sender?)"],
    ["completion bash", "unknown command 'completion'\n(Did you mean completions?)"],
    ["xyzzy", "unknown command 'xyzzy'"],
    [
      "sender chek",
      "unknown command 'chek' of 'prompipe sender'\n(Did you mean check?)",
      "prompipe sender",
    ],
    [
      "sender example",
      "unknown command 'example' of 'prompipe sender'\n(Did you mean exampleconfig?)",
      "prompipe sender",
    ],
    [
      "receiver instal",
      "unknown command 'instal' of 'prompipe receiver'\n(Did you mean install?)",
      "prompipe receiver",
    ],
    [
      "sender --config x.json instal",
      "unknown command 'instal' of 'prompipe sender'\n(Did you mean install?)",
      "prompipe sender",
    ],
    [
      "sender config.json",
      "unknown command of 'prompipe sender'\n(Did you mean --config?)",
      "prompipe sender",
    ],
    ["sender xyzzy", "unknown command 'xyzzy' of 'prompipe sender'", "prompipe sender"],
    ["--versoin", "unknown option '--versoin'\n(Did you mean --version?)"],
    [
      "sender --conifg x.json",
      "unknown option '--conifg'\n(Did you mean --config?)",
      "prompipe sender",
    ],
    [
      "receiver --push-listn :80",
      "unknown option '--push-listn'\n(Did you mean --push-listen?)",
      "prompipe receiver",
    ],
    [
      "sender install --unitdir x",
      "unknown option '--unitdir'\n(Did you mean --unit-dir?)",
      "prompipe sender install",
    ],
  ];
  for (const [line, fault, command = "prompipe"] of table) {
    assertEquals(shown(line), {
      kind: "shown",
      stdout: "",
      stderr: `prompipe: ${fault}\n("${command} --help" tells more)\n`,
      exitCode: 2,
    }, line);
  }
});

Deno.test("parseCommand() never shows a token that stands where none may", () => {
  const secret = `x${randomSecret()}'2`;
  for (
    const args of [
      [secret],
      [`--token=${secret}`],
      ["receiver", secret],
      ["receiver", `--token=${secret}`],
      ["receiver", "--bearer-token", secret],
      ["receiver", "token", "home", secret],
      ["receiver", "check", secret],
      ["sender", "check", secret],
    ]
  ) {
    const command = withEnvironment({}, () => parseCommand(args));
    assert(command.kind === "shown" && command.exitCode === 2);
    const line = args.join(" ").replace(secret, "SECRET");
    assert(command.stderr.startsWith("prompipe: "), line);
    assert(!command.stderr.includes(secret.slice(0, 8)), line);
  }
});

Deno.test("parseCommand() names a misspelt command though an option of it follows", () => {
  for (const line of ["sender instal --print", "receiver instal --unit-dir /tmp"]) {
    const { stderr, exitCode } = shown(line);
    assertEquals(exitCode, 2);
    assertStringIncludes(stderr, "Did you mean install?", line);
  }
});

Deno.test("parseCommand() answers wrong use with what is right, and status 2", () => {
  const table: [string, string][] = [
    ["receiver --max-body 10MB", 'It must be a size above 0, such as "512KiB" or "10MiB"'],
    ["receiver --default-ttl 10", 'It must be a duration above 0, such as "4s"'],
    ["receiver --max-targets 0", "It must be a whole number above 0"],
    ["receiver --push-listen 80", 'It must be an address such as ":9090"'],
    ["receiver --log-level loud", "Allowed choices are debug, info, warn, error"],
    ["receiver --log-format xml", "Allowed choices are logfmt, json"],
    ["sender --config=", "It must be a path"],
    ["healthcheck --url localhost", 'It must be a URL such as "http://127.0.0.1:9090/healthz"'],
    ["completions", "missing required argument 'shell'"],
    ["completions tcsh", "Allowed choices are bash, zsh, fish"],
    ["receiver --push-listen", "argument missing"],
    ["sender check extra", "too many arguments"],
    ["man extra", "too many arguments"],
    ["sender check --push-listen :80", "unknown option '--push-listen'"],
    ["receiver token", "missing required argument 'name'"],
    ["receiver check --push-listen :80", "unknown option '--push-listen'"],
  ];
  for (const [line, right] of table) {
    const { stdout, stderr, exitCode } = shown(line);
    assertEquals([stdout, exitCode], ["", 2], line);
    assertStringIncludes(stderr, right, line);
    assert(stderr.startsWith("prompipe: "), stderr);
    assertStringIncludes(stderr, '--help" tells more)', line);
  }
});

Deno.test("parseCommand() shows the help, on standard error, where no command is named", () => {
  const { stdout, stderr, exitCode } = shown("");
  assertEquals([stdout, exitCode], ["", 2]);
  assertStringIncludes(stderr, "Usage: prompipe");
});

Deno.test("parseCommand() makes something of any words, and never throws", () => {
  const known = ["sender", "receiver", "check", "install", "--config", "--help", "--print", "--"];
  const word = fc.oneof(fc.constantFrom(...known), fc.string({ unit: "binary" }));
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (args) => {
    const command = withEnvironment({}, () => parseCommand(args));
    if (command.kind !== "shown") return;
    assert(command.exitCode === 0 || command.exitCode === 2);
    assert((command.stdout + command.stderr) !== "");
  }));
});
