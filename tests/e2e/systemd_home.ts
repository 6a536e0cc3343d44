// A user's home on the machine, with prompipe as such users have it: closed to all
// others, and with a space and worse in its names.

import { assert } from "@std/assert";
import { join } from "@std/path";
import type { SystemdMachine } from "./systemd_machine.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const PROGRAM = ["main.ts", "deno.json", "deno.lock", "node_modules"];
const ROOMS = ["cli", "protocol", "receiver", "sender", "systemd"];

export const HOME = "/home/pi";
export const SOURCE = `${HOME}/prom pipe`;
export const RUNTIME = `${HOME}/.deno/bin/deno`;
export const CONFIG = `${HOME}/100% of $HOME's "pairs".json`;
const OWNER_ONLY = 0o600;

/** A home that nobody else may enter, holding the runtime and the program. */
export async function moveIn(machine: SystemdMachine): Promise<void> {
  await machine.must(["useradd", "--create-home", "pi"]);
  await machine.must(["mkdir", "-p", SOURCE, `${HOME}/.deno/bin`]);
  const copy = async (from: string, to: string) => {
    const { success } = await new Deno.Command("cp", { args: ["-r", from, machine.path(to)] })
      .output();
    assert(success, `cannot copy ${from}`);
  };
  for (const name of [...PROGRAM, ...ROOMS]) {
    await copy(join(PROJECT, name), SOURCE);
  }
  await copy(await Deno.realPath(Deno.execPath()), RUNTIME);
  await machine.must(["chmod", "-R", "u=rwX,go=rX", SOURCE]);
  await machine.must(["chmod", "700", RUNTIME]);
  await machine.must(["chown", "-R", "pi:pi", HOME]);
  await machine.must(["chmod", "700", HOME, `${HOME}/.deno`, `${HOME}/.deno/bin`]);
}

/** Runs prompipe as its user would, who is root by sudo. */
export async function prompipe(
  machine: SystemdMachine,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  return await machine.must(
    [RUNTIME, "run", "--quiet", "--no-prompt", "--permission-set", "main.ts", ...args],
    { cwd: SOURCE, env },
  );
}

/** As editors do it: a new file in the place of the old one. */
export async function writeConfig(
  machine: SystemdMachine,
  { token, path }: { token: string; path: string },
): Promise<void> {
  const draft = machine.path(`${CONFIG}.new`);
  const source = "http://127.0.0.1:9090/metrics";
  const pair = { source, destination: `http://127.0.0.1${path}`, interval: "1s" };
  const config = { bearer_token: token, pairs: [pair] };
  await Deno.writeTextFile(draft, JSON.stringify(config), { mode: OWNER_ONLY });
  await machine.must(["chown", "pi:pi", `${CONFIG}.new`]);
  await machine.must(["mv", `${CONFIG}.new`, CONFIG]);
}
