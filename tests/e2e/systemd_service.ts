// The services on the machine, as their administrator sees them.

import { assert, assertEquals } from "@std/assert";
import { leaveOut, testWithParts } from "../parts.ts";
import { SystemdMachine, whyNoMachine } from "./systemd_machine.ts";
import { systemdRoot } from "./systemd_root.ts";
import { waitFor } from "./wait_for.ts";

/** A test with a machine of its own; left out where none can be had. */
export function testInMachine(name: string, test: (machine: SystemdMachine) => Promise<void>) {
  const why = whyNoMachine();
  if (why !== undefined) return leaveOut(name, why);
  testWithParts(name, ["systemd-nspawn", "debootstrap"], async (parts) => {
    const root = await systemdRoot(parts.debootstrap);
    await using machine = await SystemdMachine.boot(parts["systemd-nspawn"], root);
    await test(machine);
  });
}

/** Enables and starts a unit by hand. */
export async function start(machine: SystemdMachine, unit: string): Promise<void> {
  await machine.must(["systemctl", "enable", "--quiet", unit]);
  await machine.must(["systemctl", "start", unit]);
  await machine.waitForUnit(unit, { ActiveState: "active" });
}

/** Stops a unit, which has to end well. */
export async function stop(machine: SystemdMachine, unit: string): Promise<void> {
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

/** Waits for an answer of an HTTP server on the machine. */
export async function waitForStatus(machine: SystemdMachine, url: string, wanted: number) {
  await waitFor(async () => {
    const answer = await machine.get(url);
    if (answer?.status === wanted) return;
    const journal = await machine.must(["journalctl", "--quiet", "--lines=20"]);
    throw new Error(`${url}: ${JSON.stringify(answer)}\n${journal}`);
  }, { timeoutMs: 30_000, what: `status ${wanted}` });
}

/** /proc/PID/status of a unit's main process. */
export async function status(
  machine: SystemdMachine,
  unit: string,
): Promise<Record<string, string>> {
  const { MainPID } = await machine.show(unit, "MainPID");
  const text = await machine.must(["cat", `/proc/${MainPID}/status`]);
  return Object.fromEntries(
    text.trim().split("\n").map((line) => line.split(":\t") as [string, string]),
  );
}
