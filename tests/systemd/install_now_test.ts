import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { installReceiver, installSender, type InstallSenderOptions } from "../../systemd/mod.ts";
import { RootedSystem } from "./rooted_system.ts";

const EXECUTABLE = "/usr/local/bin/prompipe";
const CONFIG = "/etc/prompipe/config.json";
const UNIT_DIR = "/etc/systemd/system";
const UNIT_FILE = `${UNIT_DIR}/prompipe-sender.service`;

const SENDER: InstallSenderOptions = {
  program: { argv: [EXECUTABLE], paths: [EXECUTABLE] },
  version: "1.2.3",
  configPath: CONFIG,
  files: [],
  sockets: [],
  unitDir: UNIT_DIR,
  print: false,
  now: true,
  extraArgs: [],
};

async function usualMachine(): Promise<RootedSystem> {
  const system = await RootedSystem.make();
  await system.file(EXECUTABLE, { mode: 0o755 });
  await system.file(CONFIG);
  await system.folder(UNIT_DIR);
  return system;
}

Deno.test("installSender() with now enables and starts it, and says that it runs", async () => {
  await using system = await usualMachine();
  const systemd = await system.boot(UNIT_FILE);
  assertEquals(await installSender(SENDER, system), {
    ok: true,
    output: `Wrote unit file to ${UNIT_FILE}\nprompipe-sender runs, and starts on boot\n`,
  });
  assertEquals(systemd.asked, ["daemon-reload", "enable prompipe-sender", "start prompipe-sender"]);
  assertEquals(system.pausedMs, 2000);
});

Deno.test("installSender() with now leaves a service alone that runs and did not change", async () => {
  await using system = await usualMachine();
  const systemd = await system.boot(UNIT_FILE);
  await installSender(SENDER, system);
  assertEquals(await installSender(SENDER, system), {
    ok: true,
    output: `Unit file ${UNIT_FILE} is as it should be
prompipe-sender runs as before, and starts on boot; to start it anew: systemctl restart prompipe-sender
`,
  });
  assert(!systemd.asked.includes("restart prompipe-sender"));
});

Deno.test("installSender() with now restarts a service whose unit changed", async () => {
  await using system = await usualMachine();
  const systemd = await system.boot(UNIT_FILE);
  await installSender(SENDER, system);
  const changed = await installSender({ ...SENDER, extraArgs: ["--log-level", "debug"] }, system);
  assert(changed.ok);
  assertStringIncludes(changed.output, " --log-level debug\n");
  assert(
    changed.output.endsWith("\nprompipe-sender was restarted and runs, and starts on boot\n"),
    changed.output,
  );
  assertEquals(systemd.asked.at(-1), "restart prompipe-sender");
});

Deno.test("installReceiver() with now restarts a service whose token changed", async () => {
  await using system = await usualMachine();
  const systemd = await system.boot(`${UNIT_DIR}/prompipe-receiver.service`);
  const receiver = {
    ...SENDER,
    ...{ pushPort: 80, config: undefined, bearerToken: undefined, bearerTokenFile: undefined },
  };
  await installReceiver(receiver, system);
  await installReceiver({ ...receiver, bearerToken: "another" }, system);
  assertEquals(systemd.asked.at(-1), "restart prompipe-receiver");
});

Deno.test("installSender() with now says where it ended at once, and how to see why", async () => {
  await using system = await usualMachine();
  const systemd = await system.boot(UNIT_FILE);
  systemd.started = { ActiveState: "failed", Result: "exit-code", ExecMainStatus: "2" };
  assertEquals(await installSender(SENDER, system), {
    ok: false,
    reason: "Cannot keep prompipe-sender running: failed (exit-code, status 2); " +
      "to see its log: journalctl --unit prompipe-sender",
    output: `Wrote unit file to ${UNIT_FILE}\n`,
  });
});

Deno.test("installSender() with now shows systemctl's own words, after what was done", async () => {
  const words = "Failed to connect to bus: Host is down";
  for (const verb of ["daemon-reload", "show", "enable", "start"]) {
    await using system = await usualMachine();
    const systemd = await system.boot(UNIT_FILE);
    systemd.failing.set(verb, words);
    const outcome = await installSender(SENDER, system);
    assert(!outcome.ok);
    assert(/^Cannot run "systemctl [^"]+": /.test(outcome.reason), outcome.reason);
    assert(outcome.reason.includes(`systemctl ${verb}`) && outcome.reason.endsWith(words));
    assertEquals(outcome.output, `Wrote unit file to ${UNIT_FILE}\n`);
  }
});

Deno.test("installSender() with now does nothing where no systemd runs", async () => {
  await using system = await usualMachine();
  assertEquals(await installSender(SENDER, system), {
    ok: false,
    reason: "Cannot start prompipe-sender: systemd does not run here; " +
      "without --now its unit is written all the same",
  });
  assertEquals(system.changes, []);
});

Deno.test("installSender() with now says where there is no systemctl", async () => {
  await using system = await usualMachine();
  await system.folder("/run/systemd/system");
  const outcome = await installSender(SENDER, system);
  assert(!outcome.ok);
  assertEquals(
    outcome.reason,
    'Cannot run "systemctl daemon-reload": there is no systemctl on the PATH',
  );
});

Deno.test("installSender() with now starts no other unit of that name", async () => {
  await using system = await usualMachine();
  for (
    const [used, why] of [
      ["", "does not look there"],
      [UNIT_FILE, `has another unit of that name, "${UNIT_FILE}"`],
    ] as const
  ) {
    const systemd = await system.boot(used);
    const outcome = await installSender(
      { ...SENDER, unitDir: await system.folder("/srv") },
      system,
    );
    assert(!outcome.ok);
    assertEquals(
      outcome.reason,
      `Cannot start "/srv/prompipe-sender.service": systemd ${why}`,
    );
    assertEquals(systemd.asked, ["daemon-reload"]);
  }
});
