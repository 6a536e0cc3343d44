// A machine with a real systemd: a container whose changes live in memory, and outlive
// a reboot, with a network of its own. It stands in for a user's Raspberry Pi.

import { join } from "@std/path";
import type { Part } from "../parts.ts";
import { RunningProcess } from "./processes.ts";
import { waitFor } from "./wait_for.ts";

// One machine at a time: those that run at once would share their control groups, and
// one's systemd would remove those of another's services.
const LOCK_FILE = "/run/prompipe-test-machine.lock";
const BOOT_MS = 60_000;
const CHANGE_MS = 30_000;
/** What nspawn exits with where the container asks for another boot. */
const REBOOT_STATUS = 133;
/** In a folder: a root that can be changed, over one ($0) that stays as it is. */
const MOUNT_DISK = `
  cd "$1" && mount -t tmpfs tmpfs . && cd "$1" && mkdir below upper work root &&
  mount --bind "$0" below &&
  mount -t overlay overlay -o lowerdir=below,upperdir=upper,workdir=work root &&
  echo mounted && exec sleep infinity`;

export interface Result {
  readonly code: number;
  /** Both streams, in the order of the streams. */
  readonly output: string;
}

/** Why no such machine can be had here; undefined: it can. */
export function whyNoMachine(): string | undefined {
  if (Deno.build.os !== "linux") return "it takes Linux";
  if (Deno.uid() !== 0) {
    return "it takes root, to boot a systemd in a container";
  }
  const { success } = new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--fork", "--net", "true"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "it takes the right to make containers, which root lacks here";
}

/** What is on while the machine is. */
interface Power {
  readonly nspawn: Part;
  /** Where the disk is mounted, seen by its holder. */
  readonly folder: string;
  /** The process whose mounts are the disk. */
  readonly holder: RunningProcess;
  /** Held as long as the machine runs. */
  readonly lock: Deno.FsFile;
}

export class SystemdMachine implements AsyncDisposable {
  readonly #power: Power;
  #container: RunningProcess;
  /** The process id of the machine's systemd, seen from here. */
  #leader = "";

  private constructor(power: Power) {
    this.#power = power;
    this.#container = startContainer(power);
  }

  /** Boots from a root that stays as it is. Ready once systemd says so. */
  static async boot(nspawn: Part, root: string): Promise<SystemdMachine> {
    const lock = await Deno.open(LOCK_FILE, { create: true, write: true });
    await lock.lock(true);
    const folder = await Deno.makeTempDir({ prefix: "prompipe-machine-" });
    const holder = new RunningProcess("unshare", {
      args: ["--mount", "--propagation=private", "sh", "-c", MOUNT_DISK, root, folder],
    });
    try {
      await holder.waitForOutput(/mounted/);
    } catch (error) {
      await switchOff({ nspawn, folder, holder, lock });
      throw error;
    }
    const machine = new SystemdMachine({ nspawn, folder, holder, lock });
    try {
      await machine.#ready();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Lets it shut down, and boots it again from the same disk. */
  async reboot(): Promise<void> {
    const container = this.#container;
    let ended: Deno.CommandStatus | undefined;
    container.status.then((status) => ended = status);
    await this.run(["systemctl", "reboot"]);
    const { code } = await waitFor(() => {
      if (ended === undefined) throw new Error(container.output);
      return ended;
    }, { timeoutMs: BOOT_MS, what: "the machine to go down" });
    if (code !== REBOOT_STATUS) throw new Error(`ended with ${code}: ${container.output}`);
    this.#container = startContainer(this.#power);
    await this.#ready();
  }

  /** The path from here of a file on the machine. */
  path(path: string): string {
    return join(`/proc/${this.#leader}/root`, path);
  }

  /** Runs a command on the machine as its root. */
  async run(
    command: readonly string[],
    { cwd = "/", env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<Result> {
    const variables = Object.entries({
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      LC_ALL: "C.UTF-8",
      SYSTEMD_COLORS: "0",
      SYSTEMD_PAGER: "cat",
      ...env,
    }).map(([name, value]) => `${name}=${value}`);
    return await this.#enter(
      [
        "--mount",
        "--root",
        "--uts",
        "--ipc",
        "--net",
        "--pid",
        "--cgroup",
        `--wd=${this.path(cwd)}`,
      ],
      ["env", "-i", ...variables, ...command],
    );
  }

  /** Runs a command that has to work, and returns what it printed. */
  async must(
    command: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    const { code, output } = await this.run(command, options);
    if (code !== 0) {
      throw new Error(
        `"${command.join(" ")}" ended with status ${code}:\n${output}`,
      );
    }
    return output;
  }

  /** Properties of a unit, by name. */
  async show(unit: string, ...names: string[]): Promise<Record<string, string>> {
    const text = await this.must([
      "systemctl",
      "show",
      unit,
      `--property=${names.join(",")}`,
    ]);
    return Object.fromEntries(
      text.trim().split("\n").map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
  }

  /** Waits until a unit's properties are these. */
  async waitForUnit(unit: string, wanted: Readonly<Record<string, string>>): Promise<void> {
    await waitFor(async () => {
      const seen = await this.show(unit, ...Object.keys(wanted));
      for (const [name, value] of Object.entries(wanted)) {
        if (seen[name] === value) continue;
        throw new Error(`${JSON.stringify(seen)}\n${await this.journal(unit)}`);
      }
    }, {
      timeoutMs: CHANGE_MS,
      what: `${unit} to be ${JSON.stringify(wanted)}`,
    });
  }

  /** The journal of one unit, with what `journalctl` adds to each line. */
  async journal(unit: string): Promise<string> {
    return await this.must(["journalctl", "--quiet", "--unit", unit]);
  }

  /** Asks an HTTP server on the machine's loopback; undefined: it can't be reached. */
  async get(url: string): Promise<{ status: number; text: string } | undefined> {
    const program = `
      const response = await fetch(Deno.args[0]);
      console.log(JSON.stringify({ status: response.status, text: await response.text() }));`;
    const { code, output } = await this.#enter(
      ["--net"],
      [Deno.execPath(), "eval", "--quiet", program, url],
    );
    return code === 0 ? JSON.parse(output) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.end("SIGTERM").catch(() => {});
    await this.#container[Symbol.asyncDispose]();
    await switchOff(this.#power);
  }

  async #ready(): Promise<void> {
    await waitFor(async () => {
      this.#leader = await leaderOf(this.#container);
      const { output } = await this.run(["systemctl", "is-system-running"]);
      // Degraded: a unit of Debian's that doesn't suit a container is no concern.
      if (!/^(running|degraded)$/m.test(output)) throw new Error(output + this.#container.output);
    }, { timeoutMs: BOOT_MS, what: "systemd in the container" });
  }

  async #enter(namespaces: readonly string[], command: readonly string[]): Promise<Result> {
    const { code, stdout, stderr } = await new Deno.Command("nsenter", {
      args: ["--target", this.#leader, ...namespaces, "--", ...command],
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, output: text(stdout) + text(stderr) };
  }
}

function startContainer({ nspawn, folder, holder }: Power): RunningProcess {
  return new RunningProcess("nsenter", {
    args: [
      ...[`--target=${holder.pid}`, "--mount", "--", nspawn.path],
      "--quiet",
      `--directory=${join(folder, "root")}`,
      `--machine=prompipe-${Deno.pid}`,
      "--private-network",
      "--register=no",
      "--keep-unit",
      "--boot",
    ],
    env: nspawn.env,
  });
}

async function switchOff({ folder, holder, lock }: Power): Promise<void> {
  await holder[Symbol.asyncDispose]();
  await Deno.remove(folder);
  lock.close();
}

/** The machine's systemd, which is not yet the first process that nspawn starts. */
async function leaderOf(container: RunningProcess): Promise<string> {
  const { pid } = container;
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  for (const child of children.trim().split(" ")) {
    if (child !== "" && await Deno.readTextFile(`/proc/${child}/comm`) === "systemd\n") {
      return child;
    }
  }
  throw new Error(`no systemd yet; ${container.output}`);
}
