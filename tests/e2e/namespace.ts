// A machine's network of its own: packets can be lost in it, and names are what a test
// says. What runs in it is a Deno program of its own, with all it needs beside it.

import { join } from "@std/path";
import { leaveOut, testWithParts } from "../parts.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

/** A test that runs a program of tests/e2e/namespace/ as root in a network of its own. */
export function testInNamespace(
  name: string,
  program: string,
  { timeoutMs, args = [] }: { readonly timeoutMs: number; readonly args?: readonly string[] },
): void {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return leaveOut(name, "it has to be root");
  testWithParts(name, ["iptables"], async ({ iptables }) => {
    await using folder = await TempDir.make();
    const resolver = await folder.write("resolv.conf", "nameserver 127.0.0.1\n");
    const script = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
    const deno = [Deno.execPath(), "run", "--quiet", "--allow-all"];
    const path = join(PROJECT, "tests", "e2e", "namespace", program);
    await using process = new RunningProcess("unshare", {
      args: ["--net", "--mount", "sh", "-c", script, resolver, ...deno, path, ...args],
      cwd: PROJECT,
      env: { ...iptables.env, IPTABLES: iptables.path },
    });
    const done = await process.waitForOutput(/^done$/m, { timeoutMs });
    console.log(process.output.slice(0, done.index).trimEnd());
  });
}
