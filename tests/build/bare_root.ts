// A root folder with busybox, gzip by busybox, libc and libgcc, and nothing else.

import { join } from "@std/path";
import { runToEnd } from "./portable_fixture.ts";

/**
 * Makes it: programs from a static busybox, libraries those that this Deno loads,
 * from this machine.
 */
export async function makeBareRoot(root: string, busybox: string): Promise<void> {
  for (const folder of ["bin", "proc", "tmp"]) await Deno.mkdir(join(root, folder));
  await Deno.copyFile(busybox, join(root, "bin/busybox"));
  const { stdout: applets } = await runToEnd(busybox, ["--list"]);
  for (const applet of applets.trim().split("\n")) {
    if (applet !== "busybox") await Deno.symlink("busybox", join(root, "bin", applet));
  }
  const { stdout: libraries } = await runToEnd("ldd", [await Deno.realPath(Deno.execPath())]);
  for (const [library] of libraries.matchAll(/\/\S+/g)) {
    await Deno.mkdir(join(root, library, ".."), { recursive: true });
    await Deno.copyFile(library, join(root, library));
  }
}

/** The command line that runs another one inside, with /proc there, as one process. */
export function insideRoot(root: string, argv: readonly string[]): string[] {
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return ["unshare", "--mount", "sh", "-c", script, root, ...argv];
}
