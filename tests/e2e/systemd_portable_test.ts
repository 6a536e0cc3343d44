// The portable file on a user's machine: installed and started in one go, there again
// after a reboot, and gone without a trace.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { realPortable } from "../build/portable_fixture.ts";
import { leaveOut } from "../parts.ts";
import { newToken } from "./prompipe.ts";
import { filesOf, tracesOf } from "./systemd_files.ts";
import { CONFIG, moveInPortable, type Program, prompipe, writeConfig } from "./systemd_home.ts";
import type { SystemdMachine } from "./systemd_machine.ts";
import { status, testInMachine, waitForStatus } from "./systemd_service.ts";
import { TempDir } from "./temp_dir.ts";

const NAME = "the portable file installs itself, survives a reboot, and leaves nothing behind";
const TARGET = "/metrics/machine/portable";
const UNIT_FILE = "/etc/systemd/system/prompipe-sender.service";

if (Deno.build.arch !== "x86_64") leaveOut(NAME, "the file is for Linux on x64");
else {
  testInMachine(NAME, async (machine) => {
    await using folder = await TempDir.make();
    const program = await moveInPortable(machine, await realPortable(folder.path, "x64"));
    await installAndLeave(machine, program);
  });
}

async function installAndLeave(machine: SystemdMachine, program: Program): Promise<void> {
  const token = newToken();
  await writeConfig(machine, { token, path: TARGET });
  const before = await filesOf(machine);
  const install = ["sender", "install", "--now", "--config", CONFIG];

  assertEquals(
    await prompipe(machine, program, ["receiver", "install", "--now"], { BEARER_TOKEN: token }),
    `Wrote unit file to /etc/systemd/system/prompipe-receiver.service
Wrote the token of BEARER_TOKEN to /etc/prompipe/receiver.token
prompipe-receiver runs, and starts on boot
`,
  );
  assertEquals(
    await prompipe(machine, program, install),
    `Wrote unit file to ${UNIT_FILE}\nprompipe-sender runs, and starts on boot\n`,
  );
  await pipes(machine);
  await runsFromItsCache(machine);

  // Again: nothing happens. With a change: it is shown, and counts at once.
  const running = await machine.show("prompipe-sender", "MainPID");
  const again = await prompipe(machine, program, install);
  assertMatch(again, /is as it should be\nprompipe-sender runs as before/);
  assertEquals(await machine.show("prompipe-sender", "MainPID"), running);
  const changed = await prompipe(machine, program, [...install, "--log-level", "debug"]);
  assertMatch(changed, /\n-ExecStart=.*\n\+ExecStart=.* --log-level debug\n/);
  assertStringIncludes(changed, "\nprompipe-sender was restarted and runs");
  assertNotEquals(await machine.show("prompipe-sender", "MainPID"), running);

  await machine.reboot();
  await pipes(machine);
  await runsFromItsCache(machine);

  assertEquals(
    await prompipe(machine, program, ["receiver", "uninstall"]),
    `Stopped and disabled prompipe-receiver
Removed /var/cache/prompipe-receiver
Removed /var/cache/private/prompipe-receiver
Removed /var/lib/prompipe-receiver
Removed /var/lib/private/prompipe-receiver
Removed /etc/prompipe/receiver.token
Removed /etc/prompipe
Removed /etc/systemd/system/prompipe-receiver.service
${program.stays}`,
  );
  await prompipe(machine, program, ["sender", "uninstall"]);
  assertEquals(await filesOf(machine), before);
  assertEquals(await tracesOf(machine), "");
  assertEquals(
    await prompipe(machine, program, ["sender", "uninstall"]),
    `prompipe-sender is not installed: there is no ${UNIT_FILE}\n`,
  );
}

async function pipes(machine: SystemdMachine): Promise<void> {
  await waitForStatus(machine, `http://127.0.0.1:9090${TARGET}`, 200);
}

/** One ordinary process, sandboxed, of the runtime that it unpacked. */
async function runsFromItsCache(machine: SystemdMachine): Promise<void> {
  for (const unit of ["prompipe-sender", "prompipe-receiver"]) {
    const { Name, Pid, Uid, NoNewPrivs, Seccomp } = await status(machine, unit);
    assertEquals([Name, NoNewPrivs, Seccomp], ["prompipe", "1", "2"]);
    assert(!Uid!.split("\t").includes("0"), `it runs as ${Uid}`);
    const pid = Pid!.trim();
    assertMatch(
      await machine.must(["readlink", `/proc/${pid}/exe`]),
      new RegExp(`^/var/cache/private/${unit}/prompipe-[0-9a-f]{16}/prompipe\n$`),
    );
    // Nobody else has the user that systemd made for it.
    const ofUser = ["sh", "-c", 'grep -l "^Uid:.$0" /proc/[0-9]*/status', Uid!.split("\t")[0]!];
    assertEquals((await machine.run(ofUser)).output, `/proc/${pid}/status\n`);
  }
}
