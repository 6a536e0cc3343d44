import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readMark } from "../../systemd/mark.ts";
import {
  installReceiver,
  type InstallReceiverOptions,
  installSender,
  type InstallSenderOptions,
  type Outcome,
} from "../../systemd/mod.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { RootedSystem } from "./rooted_system.ts";
import { commandLine, settings } from "./systemd_syntax.ts";

const EXECUTABLE = "/usr/local/bin/prompipe";
const CONFIG = "/etc/prompipe/config.json";
const UNIT_DIR = "/etc/systemd/system";
const TOKEN_FILE = "/etc/prompipe/receiver.token";

const SENDER: InstallSenderOptions = {
  program: { argv: [EXECUTABLE], paths: [EXECUTABLE] },
  configPath: CONFIG,
  files: [],
  sockets: [],
  version: "1.2.3",
  unitDir: UNIT_DIR,
  print: false,
  now: false,
  extraArgs: [],
};

const RECEIVER: InstallReceiverOptions = {
  program: SENDER.program,
  version: "1.2.3",
  unitDir: UNIT_DIR,
  print: false,
  now: false,
  extraArgs: ["--push-listen", ":8080"],
  pushPort: 8080,
  config: undefined,
  bearerToken: undefined,
  bearerTokenFile: undefined,
};

const UNIT_FILE = `${UNIT_DIR}/prompipe-sender.service`;

const STEPS = `Run to enable on boot & to start now:
        $ systemctl enable prompipe-sender
        $ systemctl start prompipe-sender
        $ systemctl status prompipe-sender
`;
const TOLD = `Wrote unit file to ${UNIT_FILE}\n${STEPS}`;
const TOLD_AGAIN = `Unit file ${UNIT_FILE} is as it should be\n${STEPS}`;

async function usualMachine(): Promise<RootedSystem> {
  const system = await RootedSystem.make();
  await system.file(EXECUTABLE, { mode: 0o755 });
  await system.file(CONFIG, { mode: 0o644 });
  await system.folder(UNIT_DIR);
  return system;
}

function output(outcome: Outcome): string {
  assert(outcome.ok, outcome.ok ? "" : outcome.reason);
  return outcome.output;
}

function reason(outcome: Outcome): string {
  assert(!outcome.ok, "it worked");
  return outcome.reason;
}

Deno.test("installSender() writes the unit and says what to run next", async () => {
  await using system = await usualMachine();
  const extraArgs = ["--log-format", "json"];
  assertEquals(output(await installSender({ ...SENDER, extraArgs }, system)), TOLD);

  assertEquals(await system.mode(UNIT_FILE), 0o644);
  const [exec] = settings(await system.readText(UNIT_FILE), "ExecStart");
  assertEquals(commandLine(exec!), [EXECUTABLE, "sender", "--config", CONFIG, ...extraArgs]);
  assertEquals(await system.list(UNIT_DIR), ["prompipe-sender.service"]);
});

Deno.test("installSender() may run again, and leaves alone what is as it should be", async () => {
  await using system = await usualMachine();
  await installSender(SENDER, system);
  const { changes } = system;
  assertEquals(changes, [`writeText ${UNIT_FILE}`]);
  assertEquals(output(await installSender(SENDER, system)), TOLD_AGAIN);
  assertEquals(changes, [`writeText ${UNIT_FILE}`]);
});

Deno.test("installSender() shows what changes in a unit, and what that needs", async () => {
  await using system = await usualMachine();
  await installSender(SENDER, system);
  const changed = await installSender({ ...SENDER, extraArgs: ["--log-level", "debug"] }, system);
  const line = `ExecStart=${EXECUTABLE} sender --config ${CONFIG}`;
  assertEquals(
    output(changed),
    `Wrote unit file to ${UNIT_FILE}
--- ${UNIT_FILE}\tbefore
+++ ${UNIT_FILE}\tnow
@@ -13,5 +13,5 @@
 Type=notify
 NotifyAccess=main
-${line}
+${line} --log-level debug
 ExecReload=/bin/sh -c "kill -HUP $MAINPID"
 # It says that it is well as long as it is.
${STEPS}It was installed before and has changed. Where it runs already:
        $ systemctl daemon-reload
        $ systemctl restart prompipe-sender
`,
  );
});

Deno.test("installSender() shows no token that somebody wrote into the unit", async () => {
  await using system = await usualMachine();
  const secret = randomSecret();
  await system.file(UNIT_FILE, { text: `[Service]\nEnvironment="BEARER_TOKEN=${secret}"\n` });
  const told = output(await installSender(SENDER, system));
  assert(!told.includes(secret), "the token is shown");
  assertStringIncludes(told, '\n-Environment="BEARER_TOKEN=(not shown)\n');
});

Deno.test("installSender() writes down who wrote the unit, and what is not its own", async () => {
  await using system = await usualMachine();
  await installSender(SENDER, system);
  assertEquals(readMark(await system.readText(UNIT_FILE)), {
    kind: "sender",
    version: "1.2.3",
    goes: [],
    stays: [`config ${CONFIG}`, `program ${EXECUTABLE}`],
  });
});

Deno.test("installSender() with print shows the unit and changes nothing", async () => {
  await using system = await usualMachine();
  await system.file(EXECUTABLE, { mode: 0o700 });
  const shown = output(await installSender({ ...SENDER, print: true, unitDir: "/no" }, system));
  assertMatch(shown, /^# Written by prompipe 1\.2\.3: prompipe sender install\n/);
  assertEquals(system.changes, []);
  await installSender(SENDER, system);
  assertEquals(await system.readText(`${UNIT_DIR}/prompipe-sender.service`), shown);
});

Deno.test("installSender() lets others run the executable, and says so", async () => {
  await using system = await usualMachine();
  await system.file(EXECUTABLE, { mode: 0o700 });
  const told = output(await installSender(SENDER, system));
  assertEquals(
    told,
    `${TOLD}Made ${EXECUTABLE} executable for all (a+rx): the service runs as a user of its own\n`,
  );
  assertEquals(await system.mode(EXECUTABLE), 0o755);
  assertEquals(output(await installSender(SENDER, system)), TOLD_AGAIN);
});

Deno.test("installSender() says why the unit can't be written", async () => {
  await using system = await usualMachine();
  for (
    const [writeText, expected] of [
      [
        () => Promise.reject(new Deno.errors.PermissionDenied("Permission denied (os error 13)")),
        `Cannot write "${UNIT_FILE}": permission denied; run it with sudo, or name another folder with --unit-dir`,
      ],
      [
        () => Promise.reject(new Error("No space left on device (os error 28): writefile")),
        `Cannot write "${UNIT_FILE}": no space left on device`,
      ],
    ] as const
  ) {
    system.writeText = writeText;
    assertEquals(reason(await installSender(SENDER, system)), expected);
  }
  assertEquals(
    reason(await installSender({ ...SENDER, unitDir: "/srv/units" }, system)),
    'Cannot write "/srv/units/prompipe-sender.service": there is no folder "/srv/units"; name another one with --unit-dir',
  );
  await Deno.remove(system.path(UNIT_DIR));
  assertEquals(
    reason(await installSender(SENDER, system)),
    `Cannot write "${UNIT_FILE}": there is no folder "${UNIT_DIR}", so systemd is not installed here; name another one with --unit-dir`,
  );
  await system.file("/srv/file");
  assertEquals(
    reason(await installSender({ ...SENDER, unitDir: "/srv/file" }, system)),
    'Cannot write "/srv/file/prompipe-sender.service": "/srv/file" is not a folder',
  );
});

Deno.test("installSender() refuses what a unit can't say", async () => {
  await using system = await usualMachine();
  for (
    const [options, expected] of [
      [
        { extraArgs: ["--log-level", "a\nb"] },
        'Cannot pass "a\\nb" to a service: it holds a control character',
      ],
      [
        { configPath: await system.file("/etc/a\nb.json") },
        'Cannot use config "/etc/a\\nb.json" for a service: it holds a control character',
      ],
      [
        { configPath: "/etc/none.json" },
        'Cannot use config "/etc/none.json" for a service: no such file or directory',
      ],
      [
        { configPath: "/etc/prompipe" },
        'Cannot use config "/etc/prompipe" for a service: is a directory',
      ],
    ] as const
  ) {
    assertEquals(reason(await installSender({ ...SENDER, ...options }, system)), expected);
  }
  assertEquals(system.changes, []);
});

Deno.test("installReceiver() makes a token once and never tells it", async () => {
  await using system = await usualMachine();
  const told = output(await installReceiver(RECEIVER, system));
  assert(
    told.endsWith(
      `Wrote a new token to ${TOKEN_FILE}; senders need it as their bearer_token\n`,
    ),
    told,
  );
  const token = (await system.readText(TOKEN_FILE)).trim();
  assertMatch(token, /^[\w-]{22}$/);
  assertEquals(await system.mode(TOKEN_FILE), 0o600);

  const unit = await system.readText(`${UNIT_DIR}/prompipe-receiver.service`);
  assertEquals(settings(unit, "LoadCredential"), [`bearer_token:${TOKEN_FILE}`]);
  assert(!unit.includes(token) && !told.includes(token));

  const again = output(await installReceiver(RECEIVER, system));
  assertStringIncludes(again, `Kept the token in ${TOKEN_FILE}`);
  assertEquals((await system.readText(TOKEN_FILE)).trim(), token);
  assertEquals(readMark(unit), {
    kind: "receiver",
    version: "1.2.3",
    goes: [TOKEN_FILE],
    stays: [`program ${EXECUTABLE}`],
  });
});

const RECEIVER_CONFIG = "/etc/prompipe/receiver.json";
const RECEIVER_UNIT = `${UNIT_DIR}/prompipe-receiver.service`;

Deno.test("installReceiver() names a config that others may read, and makes no token beside its own", async () => {
  await using system = await usualMachine();
  await system.file(RECEIVER_CONFIG, { mode: 0o644 });
  const config = { path: RECEIVER_CONFIG, hasTokens: true };
  const told = output(await installReceiver({ ...RECEIVER, config }, system));
  assert(!told.includes("token"), told);
  const unit = await system.readText(RECEIVER_UNIT);
  assertEquals(commandLine(settings(unit, "ExecStart")[0]!), [
    ...[EXECUTABLE, "receiver", "--config", RECEIVER_CONFIG, "--push-listen", ":8080"],
  ]);
  assertEquals(settings(unit, "LoadCredential"), []);
  assertEquals((await system.list("/etc/prompipe")).toSorted(), ["config.json", "receiver.json"]);
  assertEquals(readMark(unit)?.stays, [`config ${RECEIVER_CONFIG}`, `program ${EXECUTABLE}`]);
});

Deno.test("installReceiver() keeps a token beside a config: one that is there, is given, or is needed", async () => {
  const table: [
    before: string | undefined,
    hasTokens: boolean,
    bearerToken: string | undefined,
    kept: RegExp,
  ][] = [
    ["from-before", true, undefined, /^from-before$/m],
    [undefined, true, "given", /^given$/],
    [undefined, false, undefined, /^[\w-]{22}$/],
  ];
  for (const [before, hasTokens, bearerToken, kept] of table) {
    await using system = await usualMachine();
    await system.file(RECEIVER_CONFIG, { mode: 0o644 });
    if (before !== undefined) await system.file(TOKEN_FILE, { mode: 0o600, text: `${before}\n` });
    const config = { path: RECEIVER_CONFIG, hasTokens };
    output(await installReceiver({ ...RECEIVER, config, bearerToken }, system));
    assertMatch((await system.readText(TOKEN_FILE)).trim(), kept);
    assertEquals(settings(await system.readText(RECEIVER_UNIT), "LoadCredential"), [
      `bearer_token:${TOKEN_FILE}`,
    ]);
  }
});

Deno.test("installReceiver() hands over a copy of a config that root alone may read, and says so", async () => {
  await using system = await usualMachine();
  await system.file(RECEIVER_CONFIG, { mode: 0o600 });
  const config = { path: RECEIVER_CONFIG, hasTokens: true };
  const told = output(await installReceiver({ ...RECEIVER, config }, system));
  assertStringIncludes(told, "\nThe service gets a copy of the config at each start: restart it");
  const unit = await system.readText(RECEIVER_UNIT);
  assertEquals(settings(unit, "LoadCredential"), [
    `etc-prompipe-receiver.json:${RECEIVER_CONFIG}`,
  ]);
  assertStringIncludes(settings(unit, "ExecStart")[0]!, `--config ${RECEIVER_CONFIG}`);
});

Deno.test("installReceiver() refuses a config that isn't there, and writes nothing", async () => {
  await using system = await usualMachine();
  const config = { path: RECEIVER_CONFIG, hasTokens: true };
  const outcome = await installReceiver({ ...RECEIVER, config }, system);
  assertStringIncludes(reason(outcome), `Cannot use config "${RECEIVER_CONFIG}" for a service`);
  assertEquals(system.changes, []);
});

Deno.test("installReceiver() keeps BEARER_TOKEN in a file of root's", async () => {
  await using system = await usualMachine();
  await system.file(TOKEN_FILE, { mode: 0o644, text: "old\n" });
  const told = output(await installReceiver({ ...RECEIVER, bearerToken: "s3cret" }, system));
  assertStringIncludes(told, `Wrote the token of BEARER_TOKEN to ${TOKEN_FILE}`);
  assert(!told.includes("s3cret"));
  assertEquals(await system.readText(TOKEN_FILE), "s3cret\n");
  assertEquals(await system.mode(TOKEN_FILE), 0o600);
});

Deno.test("installReceiver() only names the file of BEARER_TOKEN_FILE", async () => {
  await using system = await usualMachine();
  const bearerTokenFile = await system.file("/root/100% token", { mode: 0o600, text: "t\n" });
  output(await installReceiver({ ...RECEIVER, bearerTokenFile }, system));
  const unit = await system.readText(`${UNIT_DIR}/prompipe-receiver.service`);
  assertEquals(settings(unit, "LoadCredential"), ["bearer_token:/root/100%% token"]);
  const { goes, stays } = readMark(unit)!;
  assertEquals([goes, stays[0]], [[], "token /root/100% token"]);
  assertEquals(system.changes, [`writeText ${UNIT_DIR}/prompipe-receiver.service`]);

  const both = { ...RECEIVER, bearerTokenFile, bearerToken: "t" };
  assertMatch(reason(await installReceiver(both, system)), /both set; unset one$/);
  const none = { ...RECEIVER, bearerTokenFile: "/none" };
  assertEquals(
    reason(await installReceiver(none, system)),
    'Cannot use token file "/none": no such file or directory',
  );
});

Deno.test("installReceiver() refuses what can't be a token, and never shows it", async () => {
  await using system = await usualMachine();
  const bad = `${randomSecret()} x`;
  const why = "holds more than visible ASCII characters";
  assertEquals(
    reason(await installReceiver({ ...RECEIVER, bearerToken: bad }, system)),
    `Cannot use the token: BEARER_TOKEN ${why}`,
  );
  assertEquals(system.changes, []);
  await system.file(TOKEN_FILE, { mode: 0o600, text: bad });
  assertEquals(
    reason(await installReceiver(RECEIVER, system)),
    `Cannot use the token: "${TOKEN_FILE}" ${why}`,
  );
});

Deno.test("installReceiver() with print makes no token", async () => {
  await using system = await usualMachine();
  output(await installReceiver({ ...RECEIVER, print: true }, system));
  assertEquals(system.changes, []);
});

Deno.test("installReceiver() asks for a capability where a port needs it", async () => {
  await using system = await usualMachine();
  for (
    const [ports, capability] of [
      [{ pushPort: 80 }, "CAP_NET_BIND_SERVICE"],
      [{ pushPort: 1023 }, "CAP_NET_BIND_SERVICE"],
      [{ pushPort: 8080, scrapePort: 90 }, "CAP_NET_BIND_SERVICE"],
      [{ pushPort: 1024, scrapePort: 9090 }, ""],
      [{ pushPort: 0 }, ""],
    ] as const
  ) {
    const options = { ...RECEIVER, ...ports, print: true };
    const unit = output(await installReceiver(options, system));
    assertEquals(settings(unit, "AmbientCapabilities"), [capability]);
  }
});

Deno.test("installSender() names config and secrets by their own paths, whichever way they come", async () => {
  await using system = await usualMachine();
  await system.file(CONFIG, { mode: 0o600 });
  const token = await system.file("/etc/prompipe/token", { mode: 0o600 });
  const targets = await system.folder("/home/pi/targets");
  const options = { ...SENDER, files: [token, targets], sockets: [] };
  output(await installSender(options, system));
  const unit = await system.readText(UNIT_FILE);
  assertEquals(commandLine(settings(unit, "ExecStart")[0]!).slice(1), [
    "sender",
    "--config",
    CONFIG,
  ]);
  assertEquals(settings(unit, "LoadCredential"), [
    `etc-prompipe-config.json:${CONFIG}`,
    `etc-prompipe-token:${token}`,
  ]);
  assertEquals(settings(unit, "BindReadOnlyPaths"), ["/home/pi/targets"]);
});
