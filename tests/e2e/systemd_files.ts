// What lies on the machine, to be compared before and after.

import type { SystemdMachine } from "./systemd_machine.ts";

/** Where the machine itself writes, and the caches of what is run by hand. */
const NOT_COMPARED = ["/var/log", "/var/lib/systemd", "/var/tmp", "/root/.cache"];
const EACH_FILE = "%M %U:%G %s %p -> %l\\n";
const EACH_FOLDER = "%M %U:%G %p\\n";

/** Every file and folder on the disk with owner, mode, size and target, one a line. */
export async function filesOf(machine: SystemdMachine): Promise<string[]> {
  const pruned = NOT_COMPARED.flatMap((path) => ["-path", path, "-prune", "-o"]);
  const printed = ["-type", "d", "-printf", EACH_FOLDER, "-o", "-printf", EACH_FILE];
  const text = await machine.must(["find", "/", "-xdev", ...pruned, ...printed]);
  return text.trim().split("\n").sort();
}

/** What there is of prompipe outside the disk: loaded units, and files in memory. */
export async function tracesOf(machine: SystemdMachine): Promise<string> {
  const loaded = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "prompipe-*"];
  const names = ["-name", "*prompipe-sender*", "-o", "-name", "*prompipe-receiver*"];
  const inMemory = ["find", "/run", "/tmp", "/var/tmp", "/dev/shm", ...names];
  return await machine.must(loaded) + await machine.must(inMemory);
}
