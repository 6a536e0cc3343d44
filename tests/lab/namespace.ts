// A machine's network of its own: packets can be lost in it, and names are what a scenario
// says. What runs in it is a Deno program of its own, with all it needs beside it.

import { join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import type { Part } from "../parts.ts";
import { IS_LONG, type Seen } from "./scenario.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
/** A network, mounts, and processes that all end with the first of them. */
const OWN = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const FIGURE = /^seen (\[.*\])$/gm;

/** How to run it. */
export interface NamespaceOptions {
  readonly seen: Seen;
  readonly iptables: Part;
  readonly timeoutMs: number;
  readonly args?: readonly string[];
}

/**
 * Runs a program of tests/lab/namespace/ as root in a network of its own. It notes its figures
 * with `tell()`, and fails unless it prints `done` at last.
 */
export async function runInNamespace(
  program: string,
  { seen, iptables, timeoutMs, args = [] }: NamespaceOptions,
): Promise<void> {
  await using folder = await TempDir.make();
  const resolver = await folder.write("resolv.conf", "nameserver 127.0.0.1\n");
  const script = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const deno = [Deno.execPath(), "run", "--quiet", "--allow-all"];
  const path = join(PROJECT, "tests", "lab", "namespace", program);
  await using process = new RunningProcess("unshare", {
    args: [...OWN, "sh", "-c", script, resolver, ...deno, path, ...args],
    cwd: PROJECT,
    env: {
      ...iptables.env,
      ...IS_LONG && { PROMPIPE_TEST_FULL: "1" },
      IPTABLES: iptables.path,
    },
  });
  try {
    await process.waitForOutput(/^done$/m, { timeoutMs });
  } finally {
    for (const [, figure] of process.output.matchAll(FIGURE)) {
      const [what, value, unit] = JSON.parse(figure!);
      seen(what, value, unit);
    }
  }
}

/** In such a program: notes a figure. */
export const tell: Seen = (what, value, unit = "") => {
  console.log(`seen ${JSON.stringify([what, value, unit])}`);
};
