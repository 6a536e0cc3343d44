// The installed services under a real systemd, from a user's home as users have it:
// closed, and with a space in a name.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { newToken } from "./prompipe.ts";
import { filesOf, tracesOf } from "./systemd_files.ts";
import {
  CONFIG,
  HOME,
  moveInSource,
  prompipe,
  RUNTIME,
  SOURCE,
  TARGETS,
  TOKEN,
  writeConfig,
  writeNamedFiles,
} from "./systemd_home.ts";
import type { SystemdMachine } from "./systemd_machine.ts";
import { start, status, stop, testInMachine, waitForStatus } from "./systemd_service.ts";
import { waitFor } from "./wait_for.ts";

const TOKEN_FILE = "/etc/prompipe/receiver.token";

testInMachine(
  "systemd runs what install wrote, and uninstall leaves nothing behind",
  async (machine) => {
    const program = await moveInSource(machine);
    const token = newToken();
    await writeNamedFiles(machine, token);
    await writeConfig(machine, { path: "/metrics/machine/first" });
    const before = await filesOf(machine);

    // The receiver: port 80, its token from a file that root alone can read.
    const installed = await prompipe(machine, program, ["receiver", "install"], {
      BEARER_TOKEN: token,
    });
    assert(!installed.includes(token), "install tells the token");
    assertStringIncludes(installed, `Made ${RUNTIME} executable for all`);
    assertEquals(await machine.must(["cat", TOKEN_FILE]), `${token}\n`);
    assertEquals(await machine.must(["stat", "-c", "%a %U", TOKEN_FILE]), "600 root\n");
    await start(machine, "prompipe-receiver");
    await waitForStatus(machine, "http://127.0.0.1/healthz", 200);
    const receiver = await status(machine, "prompipe-receiver");
    for (const set of ["CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
      assertEquals(receiver[set], CAP_NET_BIND_SERVICE, set);
    }

    const kept = "/var/lib/private/prompipe-receiver";
    assertEquals(await machine.must(["stat", "-c", "%a", kept]), "700\n");
    assertEquals(await machine.must(["ls", kept]), "lock\n");

    // The sender: says what the first prompipe said, and pipes.
    assertEquals(
      await prompipe(machine, program, ["sender", "install", "--config", CONFIG]),
      `Wrote unit file to /etc/systemd/system/prompipe-sender.service
Run to enable on boot & to start now:
        $ systemctl enable prompipe-sender
        $ systemctl start prompipe-sender
        $ systemctl status prompipe-sender
`,
    );
    await start(machine, "prompipe-sender");
    await waitForStatus(machine, "http://127.0.0.1:9090/metrics/machine/first", 200);
    await waitForStatus(machine, "http://127.0.0.1:9090/metrics/named/x", 200);
    assertEquals(
      await machine.must(["systemctl", "is-enabled", "prompipe-sender", "prompipe-receiver"]),
      "enabled\nenabled\n",
    );
    await seesNothingElse(machine);
    await readableJournal(machine, token);
    await tellsHowItIs(machine);

    // A crash: it comes back, and an edited config counts from then on.
    await writeConfig(machine, { path: "/metrics/machine/crashed" });
    await machine.must([
      ...["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "prompipe-sender"],
    ]);
    await waitForStatus(machine, "http://127.0.0.1:9090/metrics/machine/crashed", 200);
    await machine.waitForUnit("prompipe-sender", { NRestarts: "1", SubState: "running" });

    // A stop, and a start with yet another config, without another install.
    await stop(machine, "prompipe-sender");
    await writeConfig(machine, { path: "/metrics/machine/edited" });
    await machine.must(["systemctl", "start", "prompipe-sender"]);
    await waitForStatus(machine, "http://127.0.0.1:9090/metrics/machine/edited", 200);

    // A broken one ends it for good: the same again would not help.
    await machine.must(["sh", "-c", `echo '{"pears": []}' > "$0"`, CONFIG]);
    await machine.run(["systemctl", "restart", "prompipe-sender"]);
    await machine.waitForUnit("prompipe-sender", {
      ActiveState: "failed",
      SubState: "failed",
      ExecMainStatus: "2",
      NRestarts: "0",
    });

    const errors = ["journalctl", "--quiet", "--priority=err", "--output=cat"];
    assertMatch(
      await machine.must([...errors, "--unit=prompipe-sender"]),
      /^prompipe: Cannot load config [^]*\n {2}"pairs" must be /m,
    );

    await stop(machine, "prompipe-receiver");

    // What has failed and what was stopped by hand is taken back like all else.
    assertEquals(
      await prompipe(machine, program, ["sender", "uninstall"]),
      `Stopped and disabled prompipe-sender
Removed /var/cache/prompipe-sender
Removed /var/cache/private/prompipe-sender
Removed /etc/systemd/system/prompipe-sender.service
config ${CONFIG} stays
${program.stays}`,
    );
    assertStringIncludes(
      await prompipe(machine, program, ["receiver", "uninstall"]),
      `\nRemoved ${TOKEN_FILE}\n`,
    );
    await writeConfig(machine, { path: "/metrics/machine/first" });
    // It stays executable for all, as install said.
    await machine.must(["chmod", "700", RUNTIME]);
    assertEquals(await filesOf(machine), before);
    assertEquals(await tracesOf(machine), "");
  },
);

/** CapPrm and the like: bit 10 alone. */
const CAP_NET_BIND_SERVICE = "0000000000000400";

async function seesNothingElse(machine: SystemdMachine): Promise<void> {
  const sender = await status(machine, "prompipe-sender");
  assert(!sender.Uid!.split("\t").includes("0"), `it runs as ${sender.Uid}`);
  for (const set of ["CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
    assertEquals(sender[set], "0000000000000000", set);
  }
  assertEquals(sender.NoNewPrivs, "1");
  assertEquals(sender.Seccomp, "2");

  const [uid] = sender.Uid!.split("\t");
  const inside = async (...command: string[]) =>
    await machine.run([
      ...["nsenter", "--target", sender.Pid!.trim(), "--mount", "--root"],
      ...[`--setuid=${uid}`, `--setgid=${uid}`, "--", ...command],
    ]);
  assertEquals((await inside("ls", "-A", HOME)).output, ".deno\nprom pipe\ntargets\n");
  assertEquals((await inside("ls", "-A", "/root")).output, "");
  assertEquals((await inside("cat", CONFIG)).code, 1);
  assertEquals((await inside("cat", TOKEN)).code, 1);
  assertEquals((await inside("cat", TOKEN_FILE)).code, 1);
  assertEquals((await inside("ls", "/run/credentials/prompipe-receiver.service")).code, 2);
  for (const folder of ["/", "/etc", HOME, SOURCE, TARGETS]) {
    assertEquals((await inside("touch", `${folder}/x`)).code, 1, folder);
  }
}

/** Through NOTIFY_SOCKET, the service's only way to systemd. */
async function tellsHowItIs(machine: SystemdMachine): Promise<void> {
  const show = (unit: string) => machine.show(unit, "Type", "StatusText", "WatchdogUSec");
  const told = { Type: "notify", WatchdogUSec: "1min" };
  assertEquals(await show("prompipe-receiver"), { ...told, StatusText: "listening" });
  await waitFor(
    async () =>
      assertEquals(await show("prompipe-sender"), { ...told, StatusText: "2 pairs, all well" }),
    { timeoutMs: 30_000, what: "the sender's status line" },
  );
  await machine.must(["systemctl", "reload", "prompipe-sender"]);
  await waitFor(async () => {
    // Its config is root's alone: what the service sees is a copy.
    assertMatch(await machine.journal("prompipe-sender"), /config unchanged.*restart the service/);
  }, { timeoutMs: 30_000, what: "the reload in the journal" });
}

async function readableJournal(machine: SystemdMachine, token: string): Promise<void> {
  const journal = await waitFor(async () => {
    const text = await machine.journal("prompipe-sender");
    // Month, day, time, host, program[process]: what the program said.
    assertMatch(text, /^\w{3} \d\d \d\d:\d\d:\d\d \S+ prompipe-sender\[\d+\]: \w/m);
    return text;
  }, { timeoutMs: 30_000, what: "the sender's lines in the journal" });
  assert(!/\]: <\d>/.test(journal), `a priority prefix is left:\n${journal}`);
  for (const text of [journal, await machine.journal("prompipe-receiver")]) {
    assert(!text.includes(token), "the journal holds the token");
  }
}
