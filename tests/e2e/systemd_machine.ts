// A machine with a real systemd: a container whose changes live in memory, with a
// network of its own. It stands in for a user's Raspberry Pi.

import { join } from "@std/path";
import type { Part } from "../parts.ts";
import { RunningProcess } from "./processes.ts";
import { waitFor } from "./wait_for.ts";

// One machine at a time: those that run at once would share their control groups, and
// one's systemd would remove those of another's services.
const LOCK_FILE = "/run/prompipe-test-machine.lock";
const BOOT_MS = 60_000;
const CHANGE_MS = 30_000;

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

export class SystemdMachine implements AsyncDisposable {
  readonly #container: RunningProcess;
  /** The process id of the machine's systemd, seen from here. */
  readonly #leader: string;
  /** Held as long as the machine runs. */
  readonly #lock: Deno.FsFile;

  private constructor(container: RunningProcess, leader: string, lock: Deno.FsFile) {
    this.#container = container;
    this.#leader = leader;
    this.#lock = lock;
  }

  /** Boots from a root that stays as it is. Ready once systemd says so. */
  static async boot(nspawn: Part, root: string): Promise<SystemdMachine> {
    const lock = await Deno.open(LOCK_FILE, { create: true, write: true });
    await lock.lock(true);
    const container = new RunningProcess(nspawn.path, {
      args: [
        "--quiet",
        `--directory=${root}`,
        `--machine=prompipe-${Deno.pid}`,
        "--volatile=overlay",
        "--private-network",
        "--register=no",
        "--keep-unit",
        "--boot",
      ],
      env: nspawn.env,
    });
    try {
      return await waitFor(async () => {
        const machine = new SystemdMachine(container, await leaderOf(container), lock);
        const { output } = await machine.run(["systemctl", "is-system-running"]);
        // Degraded: a unit of Debian's that doesn't suit a container is no concern.
        if (!/^(running|degraded)$/m.test(output)) throw new Error(output + container.output);
        return machine;
      }, { timeoutMs: BOOT_MS, what: "systemd in the container" });
    } catch (error) {
      await container[Symbol.asyncDispose]();
      lock.close();
      throw error;
    }
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
    this.#lock.close();
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
