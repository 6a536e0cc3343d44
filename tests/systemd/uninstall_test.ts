import { assert, assertEquals } from "@std/assert";
import { installReceiver, installSender, uninstall } from "../../systemd/mod.ts";
import { RootedSystem } from "./rooted_system.ts";

const EXECUTABLE = "/usr/local/bin/prompipe";
const CONFIG = "/home/pi/config.json";
const UNIT_DIR = "/etc/systemd/system";
const UNIT_FILE = `${UNIT_DIR}/prompipe-receiver.service`;
const TOKEN_FILE = "/etc/prompipe/receiver.token";
const OPTIONS = { unitDir: UNIT_DIR, print: false };
const COMMON = {
  ...OPTIONS,
  program: { argv: [EXECUTABLE], paths: [EXECUTABLE] },
  version: "1.2.3",
  now: false,
  extraArgs: [],
};

/** Where a receiver is installed. */
async function machine(bearerTokenFile?: string): Promise<RootedSystem> {
  const system = await RootedSystem.make();
  await system.file(EXECUTABLE, { mode: 0o755 });
  await system.file(CONFIG);
  await system.folder(UNIT_DIR);
  await system.folder("/var/cache");
  await system.folder("/var/lib");
  if (bearerTokenFile !== undefined) await system.file(bearerTokenFile, { text: "t" });
  const receiver = {
    ...COMMON,
    pushPort: 80,
    config: undefined,
    bearerToken: undefined,
    bearerTokenFile,
  };
  const outcome = await installReceiver(receiver, system);
  assert(outcome.ok, outcome.ok ? "" : outcome.reason);
  system.changes.length = 0;
  return system;
}

/** Cache and state, as systemd makes them for a service that has no fixed user. */
async function addKept(system: RootedSystem): Promise<void> {
  await system.file("/var/cache/private/prompipe-receiver/deno/x");
  await system.file("/var/lib/private/prompipe-receiver/lock");
  for (const folder of ["/var/cache", "/var/lib"]) {
    await Deno.symlink("private/prompipe-receiver", system.path(`${folder}/prompipe-receiver`));
  }
}

Deno.test("uninstall() takes back all that was made, and says what stays", async () => {
  await using system = await machine();
  await addKept(system);
  const systemd = await system.boot(UNIT_FILE);
  assertEquals(await uninstall("receiver", OPTIONS, system), {
    ok: true,
    output: `Stopped and disabled prompipe-receiver
Removed /var/cache/prompipe-receiver
Removed /var/cache/private/prompipe-receiver
Removed /var/lib/prompipe-receiver
Removed /var/lib/private/prompipe-receiver
Removed ${TOKEN_FILE}
Removed /etc/prompipe
Removed ${UNIT_FILE}
program ${EXECUTABLE} stays
`,
  });
  assertEquals(systemd.asked, [
    "disable --now prompipe-receiver",
    "daemon-reload",
    "reset-failed prompipe-receiver",
  ]);
  assertEquals(await system.list("/etc"), ["systemd"]);
  assertEquals(await system.list("/var/cache"), ["private"]);
  assertEquals(await system.list("/var/lib"), ["private"]);
  assertEquals(await uninstall("receiver", OPTIONS, system), {
    ok: true,
    output: `prompipe-receiver is not installed: there is no ${UNIT_FILE}\n`,
  });
});

Deno.test("uninstall() leaves a sender's config and what others keep in the same folders", async () => {
  await using system = await machine();
  await addKept(system);
  await system.file("/var/cache/private/other/x");
  await system.file("/etc/prompipe/config.json");
  await system.file(`${UNIT_FILE}.d/override.conf`);
  await installSender({ ...COMMON, configPath: CONFIG, files: [], sockets: [] }, system);
  const sender = await uninstall("sender", OPTIONS, system);
  assert(sender.ok && sender.output.includes(`\nconfig ${CONFIG} stays\n`));
  const receiver = await uninstall("receiver", OPTIONS, system);
  assert(receiver.ok && receiver.output.endsWith(`\nsettings ${UNIT_FILE}.d stays\n`));
  assertEquals(await system.list("/var/cache/private"), ["other"]);
  assertEquals(await system.list("/etc/prompipe"), ["config.json"]);
  assertEquals(await system.list(UNIT_DIR), ["prompipe-receiver.service.d"]);
  assert(await system.exists(CONFIG) && await system.exists(EXECUTABLE));
});

Deno.test("uninstall() never takes a token file that was named", async () => {
  for (const named of ["/root/token", TOKEN_FILE]) {
    await using system = await machine(named);
    const outcome = await uninstall("receiver", OPTIONS, system);
    assert(outcome.ok && outcome.output.includes(`\ntoken ${named} stays\n`));
    assertEquals(system.changes, [`remove ${UNIT_FILE}`]);
  }
});

Deno.test("uninstall() takes a token that was made before another was named", async () => {
  await using system = await machine();
  const bearerTokenFile = await system.file("/root/token", { text: "t" });
  const receiver = { ...COMMON, pushPort: 80, config: undefined, bearerToken: undefined };
  // However often: each unit takes it over from the one before.
  for (let time = 0; time < 2; time++) {
    await installReceiver({ ...receiver, bearerTokenFile }, system);
  }
  const outcome = await uninstall("receiver", OPTIONS, system);
  assert(outcome.ok && outcome.output.includes("\ntoken /root/token stays\n"));
  assertEquals([await system.exists(TOKEN_FILE), await system.exists("/root/token")], [
    false,
    true,
  ]);

  await installReceiver({ ...receiver, bearerTokenFile: undefined }, system);
  await installReceiver({ ...receiver, bearerTokenFile: TOKEN_FILE }, system);
  await uninstall("receiver", OPTIONS, system);
  assert(await system.exists(TOKEN_FILE));
});

Deno.test("uninstall() takes no other file, whatever the unit says", async () => {
  await using system = await machine();
  const unit = await system.readText(UNIT_FILE);
  await system.file("/etc/passwd");
  await system.file(UNIT_FILE, { text: unit.replace(TOKEN_FILE, "/etc/passwd") });
  await uninstall("receiver", OPTIONS, system);
  assertEquals(system.changes, [`remove ${UNIT_FILE}`]);
});

Deno.test("uninstall() with print says what it would do, and changes nothing", async () => {
  await using system = await machine();
  await addKept(system);
  const systemd = await system.boot(UNIT_FILE);
  assertEquals(await uninstall("receiver", { ...OPTIONS, print: true }, system), {
    ok: true,
    output: `Would stop and disable prompipe-receiver
Would remove /var/cache/prompipe-receiver
Would remove /var/cache/private/prompipe-receiver
Would remove /var/lib/prompipe-receiver
Would remove /var/lib/private/prompipe-receiver
Would remove ${TOKEN_FILE}
Would remove /etc/prompipe
Would remove ${UNIT_FILE}
program ${EXECUTABLE} stays
`,
  });
  assertEquals([system.changes, systemd.asked], [[], []]);
});

Deno.test("uninstall() removes only what prompipe wrote", async () => {
  await using system = await machine();
  const own = await system.readText(UNIT_FILE);
  for (
    const text of [
      "[Unit]\n",
      "",
      `# Mine.\n${own}`,
      own.replace("receiver install", "sender install"),
    ]
  ) {
    await system.file(UNIT_FILE, { text });
    assertEquals(await uninstall("receiver", OPTIONS, system), {
      ok: false,
      reason: `Cannot uninstall prompipe-receiver: "${UNIT_FILE}" is not what ` +
        "prompipe receiver install wrote",
    });
  }
  assertEquals(system.changes, []);
});

Deno.test("uninstall() without a systemd removes the link of an enabled unit itself", async () => {
  await using system = await machine();
  const wants = await system.folder(`${UNIT_DIR}/multi-user.target.wants`);
  await Deno.symlink(UNIT_FILE, system.path(`${wants}/prompipe-receiver.service`));
  await uninstall("receiver", OPTIONS, system);
  assertEquals(await system.list(wants), []);
});

Deno.test("uninstall() leaves cache and token to a service of that name from elsewhere", async () => {
  await using system = await machine();
  await addKept(system);
  const unitDir = await system.folder("/srv/units");
  const copy = `${unitDir}/prompipe-receiver.service`;
  await system.file(copy, { text: await system.readText(UNIT_FILE) });
  const systemd = await system.boot(UNIT_FILE);
  assertEquals(await uninstall("receiver", { ...OPTIONS, unitDir }, system), {
    ok: true,
    output:
      `Removed ${copy}\nprompipe-receiver of ${UNIT_FILE} stays\nprogram ${EXECUTABLE} stays\n`,
  });
  assertEquals([system.changes, systemd.asked], [[`remove ${copy}`], []]);
});

Deno.test("uninstall() keeps the unit file until all else is gone", async () => {
  await using system = await machine();
  const systemd = await system.boot(UNIT_FILE);
  systemd.failing.set("disable", "Failed to disable unit: Access denied");
  assertEquals(await uninstall("receiver", OPTIONS, system), {
    ok: false,
    reason: 'Cannot run "systemctl disable --now prompipe-receiver": ' +
      "Failed to disable unit: Access denied",
  });
  assertEquals(system.changes, []);

  systemd.failing.clear();
  const denied = () => Promise.reject(new Deno.errors.PermissionDenied("(os error 13)"));
  Object.assign(system, { remove: denied });
  assertEquals(await uninstall("receiver", OPTIONS, system), {
    ok: false,
    reason: `Cannot remove "${TOKEN_FILE}": permission denied; run it with sudo`,
    output: "Stopped and disabled prompipe-receiver\n",
  });
  assert(await system.exists(UNIT_FILE));
});
