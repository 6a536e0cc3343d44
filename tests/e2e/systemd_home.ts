// A user's home on the machine, closed to all others, with prompipe in it: as a
// checkout with a runtime, or as the portable file. Names have a space and worse.

import { assert } from "@std/assert";
import { join } from "@std/path";
import type { SystemdMachine } from "./systemd_machine.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const PROGRAM = ["main.ts", "deno.json", "deno.lock", "node_modules"];
const ROOMS = ["cli", "protocol", "receiver", "sender", "systemd"];
const OWNER_ONLY = 0o600;

export const HOME = "/home/pi";
export const SOURCE = `${HOME}/prom pipe`;
export const RUNTIME = `${HOME}/.deno/bin/deno`;
export const CONFIG = `${HOME}/100% of $HOME's "pairs".json`;
const PORTABLE = `${HOME}/prompipe`;

/** prompipe, as it lies on the machine. */
export interface Program {
  /** What comes before its own arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** What `uninstall` says of it. */
  readonly stays: string;
}

/** A home that holds the runtime and the source. */
export async function moveInSource(machine: SystemdMachine): Promise<Program> {
  await machine.must(["useradd", "--create-home", "pi"]);
  await machine.must(["mkdir", "-p", SOURCE, `${HOME}/.deno/bin`]);
  for (const name of [...PROGRAM, ...ROOMS]) {
    await copy(machine, { from: join(PROJECT, name), to: SOURCE });
  }
  await copy(machine, { from: await Deno.realPath(Deno.execPath()), to: RUNTIME });
  await machine.must(["chmod", "-R", "u=rwX,go=rX", SOURCE]);
  await machine.must(["chmod", "700", RUNTIME, `${HOME}/.deno`, `${HOME}/.deno/bin`]);
  await closeHome(machine);
  return {
    command: [RUNTIME, "run", "--quiet", "--no-prompt", "--permission-set", "main.ts"],
    cwd: SOURCE,
    stays: `program ${RUNTIME} stays\nprogram ${SOURCE} stays\n`,
  };
}

/** A home that holds the portable file. */
export async function moveInPortable(machine: SystemdMachine, file: string): Promise<Program> {
  await machine.must(["useradd", "--create-home", "pi"]);
  await copy(machine, { from: file, to: PORTABLE });
  await closeHome(machine);
  return { command: ["./prompipe"], cwd: HOME, stays: `program ${PORTABLE} stays\n` };
}

async function copy(
  machine: SystemdMachine,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-r", from, machine.path(to)] })
    .output();
  assert(success, `cannot copy ${from}`);
}

async function closeHome(machine: SystemdMachine): Promise<void> {
  await machine.must(["chown", "-R", "pi:pi", HOME]);
  await machine.must(["chmod", "700", HOME]);
}

/** Runs prompipe as its user would, who is root by sudo, and returns what it printed. */
export async function prompipe(
  machine: SystemdMachine,
  { command, cwd }: Program,
  ...[args, env = {}]: [args: readonly string[], env?: Record<string, string>]
): Promise<string> {
  return await machine.must([...command, ...args], { cwd, env });
}

/** Where the config names its token, relative to itself. */
export const TOKEN = `${HOME}/the token`;
/** A folder of target files, likewise. */
export const TARGETS = `${HOME}/targets`;

/** Another target beside the config's pair, and the token, closed as the config is. */
export async function writeNamedFiles(machine: SystemdMachine, token: string): Promise<void> {
  await Deno.writeTextFile(machine.path(TOKEN), `${token}\n`, { mode: OWNER_ONLY });
  await Deno.mkdir(machine.path(TARGETS));
  const groups = [{ targets: ["127.0.0.1:9090"], labels: { job: "named" } }];
  await Deno.writeTextFile(machine.path(`${TARGETS}/a.json`), JSON.stringify(groups));
  await machine.must(["chown", "-R", "pi:pi", TOKEN, TARGETS]);
}

/** As editors do it: a new file in the place of the old one. Without a token it names files. */
export async function writeConfig(
  machine: SystemdMachine,
  { token, path }: { token?: string; path: string },
): Promise<void> {
  const draft = machine.path(`${CONFIG}.new`);
  const source = "http://127.0.0.1:9090/metrics";
  const pair = { source, destination: `http://127.0.0.1${path}`, interval: "1s" };
  const sources = [{ files: ["targets/*.json"], destination: "http://127.0.0.1/metrics/{job}/x" }];
  const config = token === undefined
    ? { bearer_token_file: "the token", interval: "1s", pairs: [pair], sources }
    : { bearer_token: token, pairs: [pair] };
  await Deno.writeTextFile(draft, JSON.stringify(config), { mode: OWNER_ONLY });
  await machine.must(["chown", "pi:pi", `${CONFIG}.new`]);
  await machine.must(["mv", `${CONFIG}.new`, CONFIG]);
}
