// The installed services under a real systemd, from a user's home as users have it:
// closed, and with a space in a name.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { leaveOut, type Part, testWithParts } from "../parts.ts";
import { newToken } from "./prompipe.ts";
import { CONFIG, HOME, moveIn, prompipe, RUNTIME, SOURCE, writeConfig } from "./systemd_home.ts";
import { SystemdMachine, whyNoMachine } from "./systemd_machine.ts";
import { systemdRoot } from "./systemd_root.ts";
import { waitFor } from "./wait_for.ts";

const TOKEN_FILE = "/etc/prompipe/receiver.token";

const NAME = "systemd runs what install wrote";
const PARTS = ["systemd-nspawn", "debootstrap"] as const;
const why = whyNoMachine();
if (why === undefined) {
  testWithParts(NAME, PARTS, (parts) => inMachine(parts, services));
} else leaveOut(NAME, why);

async function inMachine(
  parts: Readonly<Record<typeof PARTS[number], Part>>,
  test: (machine: SystemdMachine) => Promise<void>,
): Promise<void> {
  const root = await systemdRoot(parts.debootstrap);
  await using machine = await SystemdMachine.boot(parts["systemd-nspawn"], root);
  await test(machine);
}

async function services(machine: SystemdMachine): Promise<void> {
  await moveIn(machine);
  const token = newToken();

  // The receiver: port 80, its token from a file that root alone can read.
  const installed = await prompipe(machine, ["receiver", "install"], { BEARER_TOKEN: token });
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

  // The sender: says what the first prompipe said, and pipes.
  await writeConfig(machine, { token, path: "/metrics/machine/first" });
  assertEquals(
    await prompipe(machine, ["sender", "install", "--config", CONFIG]),
    `Wrote unit file to /etc/systemd/system/prompipe-sender.service
Run to enable on boot & to start now:
        $ systemctl enable prompipe-sender
        $ systemctl start prompipe-sender
        $ systemctl status prompipe-sender
`,
  );
  await start(machine, "prompipe-sender");
  await waitForStatus(machine, "http://127.0.0.1:9090/metrics/machine/first", 200);
  assertEquals(
    await machine.must(["systemctl", "is-enabled", "prompipe-sender", "prompipe-receiver"]),
    "enabled\nenabled\n",
  );
  await seesNothingElse(machine);
  await readableJournal(machine, token);

  // A crash: it comes back, and an edited config counts from then on.
  await writeConfig(machine, { token, path: "/metrics/machine/crashed" });
  await machine.must([
    ...["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "prompipe-sender"],
  ]);
  await waitForStatus(machine, "http://127.0.0.1:9090/metrics/machine/crashed", 200);
  await machine.waitForUnit("prompipe-sender", { NRestarts: "1", SubState: "running" });

  // A stop, and a start with yet another config, without another install.
  await stop(machine, "prompipe-sender");
  await writeConfig(machine, { token, path: "/metrics/machine/edited" });
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

  await stop(machine, "prompipe-receiver");
}

/** CapPrm and the like: bit 10 alone. */
const CAP_NET_BIND_SERVICE = "0000000000000400";

async function start(machine: SystemdMachine, unit: string): Promise<void> {
  await machine.must(["systemctl", "enable", "--quiet", unit]);
  await machine.must(["systemctl", "start", unit]);
  await machine.waitForUnit(unit, { ActiveState: "active" });
}

async function stop(machine: SystemdMachine, unit: string): Promise<void> {
  const startMs = performance.now();
  await machine.must(["systemctl", "stop", unit]);
  assert(performance.now() - startMs < 10_000, `${unit} took too long to stop`);
  const properties = ["ActiveState", "Result", "ExecMainCode", "ExecMainStatus"];
  assertEquals(await machine.show(unit, ...properties), {
    ActiveState: "inactive",
    Result: "success",
    ExecMainCode: "1",
    ExecMainStatus: "0",
  });
}

async function waitForStatus(machine: SystemdMachine, url: string, wanted: number) {
  await waitFor(async () => {
    const answer = await machine.get(url);
    if (answer?.status === wanted) return;
    const journal = await machine.must(["journalctl", "--quiet", "--lines=20"]);
    throw new Error(`${url}: ${JSON.stringify(answer)}\n${journal}`);
  }, { timeoutMs: 30_000, what: `status ${wanted}` });
}

/** /proc/PID/status of a unit's main process. */
async function status(machine: SystemdMachine, unit: string): Promise<Record<string, string>> {
  const { MainPID } = await machine.show(unit, "MainPID");
  const text = await machine.must(["cat", `/proc/${MainPID}/status`]);
  return Object.fromEntries(
    text.trim().split("\n").map((line) => line.split(":\t") as [string, string]),
  );
}

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
  assertEquals((await inside("ls", "-A", HOME)).output, ".deno\nprom pipe\n");
  assertEquals((await inside("ls", "-A", "/root")).output, "");
  assertEquals((await inside("cat", CONFIG)).code, 1);
  assertEquals((await inside("cat", TOKEN_FILE)).code, 1);
  assertEquals((await inside("ls", "/run/credentials/prompipe-receiver.service")).code, 2);
  for (const folder of ["/", "/etc", HOME, SOURCE]) {
    assertEquals((await inside("touch", `${folder}/x`)).code, 1, folder);
  }
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
