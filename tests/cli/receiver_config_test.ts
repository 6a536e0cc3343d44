// What counts where arguments, environment and file speak of the same option.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Command } from "../../cli/command.ts";
import { changedOptions, loadReceiver } from "../../cli/receiver_config.ts";
import { Fault } from "../../cli/terminal.ts";
import { sha256 } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { parse } from "./parsing.ts";
import { temporaryFolder } from "./program_run.ts";

const TOKEN = { name: "home", sha256: sha256(randomSecret()) };

type ReceiverCommand = Extract<Command, { kind: "receiver" }>;

/** Loads a config of that text for a command line. */
async function load(
  file: unknown,
  { line = "receiver", environment = {} }: {
    readonly line?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
) {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/receiver.json`;
  await Deno.writeTextFile(path, JSON.stringify(file));
  const command = parse(line, { ...environment, PROMPIPE_CONFIG: path });
  assert(command.kind === "receiver");
  return await loadReceiver(command.flags, (name) => environment[name]);
}

function flagsOf(line: string): ReceiverCommand["flags"] {
  const command = parse(line);
  assert(command.kind === "receiver");
  return command.flags;
}

Deno.test("loadReceiver() lets an option win over the environment, that over the file, that over what is preset", async () => {
  const file = { tokens: [TOKEN], max_body: "1KiB", max_targets: 3, log_level: "warn" };
  const { flags } = await load(file, {
    line: "receiver --max-body 3KiB",
    environment: { PROMPIPE_MAX_BODY: "2KiB", PROMPIPE_MAX_TARGETS: "2" },
  });
  assertEquals(
    [flags.maxBody, flags.maxTargets, flags.logLevel, flags.logFormat],
    [3 * 1024, 2, "warn", "logfmt"],
  );
  // What is preset counts where somebody chose it.
  assertEquals(
    (await load(file, { line: "receiver --max-body 10MiB" })).flags.maxBody,
    10 * 2 ** 20,
  );
});

Deno.test("loadReceiver() takes every option from the file, read as on the command line", async () => {
  const { flags } = await load({
    tokens: [TOKEN],
    push_listen: "127.0.0.1:0",
    scrape_listen: "[::1]:1",
    max_unpacked: "1B",
    max_memory: "2B",
    default_ttl: "1m30s",
    forget_after: "1d",
    advertise: "prom.example:9090",
    sd_warmup: "1ms",
    log_format: "json",
  });
  assertEquals(flags.pushListen, { host: "127.0.0.1", port: 0 });
  assertEquals(flags.scrapeListen, { host: "::1", port: 1 });
  assertEquals([flags.maxUnpacked, flags.maxMemory], [1, 2]);
  assertEquals([flags.defaultTtl, flags.forgetAfter, flags.sdWarmup], [90_000, 86_400_000, 1]);
  assertEquals([flags.advertise, flags.logFormat], ["prom.example:9090", "json"]);
});

Deno.test("loadReceiver() counts the tokens of the file and that of BEARER_TOKEN, but needs one", async () => {
  const names = async (...args: Parameters<typeof load>) =>
    (await load(...args)).tokens.map(({ name }) => name);
  const environment = { BEARER_TOKEN: randomSecret() };
  assertEquals(await names({ tokens: [TOKEN] }), ["home"]);
  assertEquals(await names({ tokens: [TOKEN] }, { environment }), ["BEARER_TOKEN", "home"]);
  assertEquals(await names({}, { environment }), ["BEARER_TOKEN"]);
  const none = await assertRejects(() => loadReceiver(flagsOf("receiver"), () => undefined));
  assertMatch(String(none), /no token; set BEARER_TOKEN, .* or name a config that holds tokens/);
  for (const file of [{}, { tokens: [] }]) {
    const fault = await assertRejects(() => load(file));
    assert(fault instanceof Fault && fault.exitCode === 2);
    assertMatch(
      fault.message,
      /no token; config ".*\/receiver.json" holds none in "tokens" \(prompipe receiver token NAME/,
    );
  }
});

Deno.test("loadReceiver() refuses a token of the file that is BEARER_TOKEN's as well", async () => {
  const token = randomSecret();
  const fault = await assertRejects(() =>
    load({ tokens: [{ name: "home", sha256: sha256(token) }] }, {
      environment: { BEARER_TOKEN: token },
    })
  );
  assert(fault instanceof Fault && fault.exitCode === 2);
  assert(!fault.message.includes(token));
  assert(
    fault.message.endsWith(
      'its token "home" is that of BEARER_TOKEN as well, which may write everything',
    ),
    fault.message,
  );
});

Deno.test("loadReceiver() tells of a token that can be guessed", async () => {
  assertEquals((await load({}, { environment: { BEARER_TOKEN: "x".repeat(15) } })).short, {
    characters: 15,
    better: 16,
  });
  const environment = { BEARER_TOKEN: randomSecret().padEnd(16, "x").slice(0, 16) };
  assertEquals((await load({}, { environment })).short, undefined);
});

Deno.test("changedOptions() names what differs as it stands in the file", () => {
  const before = flagsOf("receiver");
  assertEquals(changedOptions(before, flagsOf("receiver")), []);
  assertEquals(
    changedOptions(before, flagsOf("receiver --push-listen :81 --max-body 1B --log-level warn")),
    ["push_listen", "max_body", "log_level"],
  );
  assertEquals(changedOptions(before, flagsOf("receiver --advertise a:1")), ["advertise"]);
});

Deno.test("loadReceiver() refuses one address for both listeners", async () => {
  const file = { tokens: [TOKEN] };
  const lines: [string, string, boolean][] = [
    [":9090", ":9090", false],
    [":9090", "127.0.0.1:9090", false],
    ["127.0.0.1:9090", "127.0.0.1:9090", false],
    ["127.0.0.1:9090", "0.0.0.0:9090", false],
    ["[::1]:9090", "[::1]:9090", false],
    ["127.0.0.1:9090", "127.0.0.2:9090", true],
    [":80", ":9090", true],
    [":0", ":0", true],
  ];
  for (const [push, scrape, isRight] of lines) {
    const line = `receiver --push-listen ${push} --scrape-listen ${scrape}`;
    const fault = await load(file, { line }).then(() => undefined, (error) => error.message);
    assertEquals(
      fault,
      isRight
        ? undefined
        : `Cannot start the receiver: --push-listen "${push}" and --scrape-listen "${scrape}" are ` +
          "one address; give one of them another port",
    );
  }
});
