// Which systemd is installed, learnt without running anything: its private library
// carries the version in its name.

import type { System } from "./system.ts";

const LIBRARY_FOLDERS = ["/usr/lib/systemd", "/usr/lib64/systemd", "/lib/systemd"];

/** The major version, the oldest where several are found; undefined: unknown. */
export async function systemdVersion(system: Pick<System, "list">): Promise<number | undefined> {
  const names = (path: string) => system.list(path).catch(() => []);
  const folders = [...LIBRARY_FOLDERS];
  for (const name of await names("/usr/lib")) {
    // Debian's folders: /usr/lib/x86_64-linux-gnu and the like.
    if (/-linux-gnu/.test(name)) folders.push(`/usr/lib/${name}/systemd`);
  }
  const found = (await Promise.all(folders.map(names))).flat()
    .map((name) => /^libsystemd-shared-(\d+)\b.*\.so$/.exec(name)?.[1])
    .filter((version) => version !== undefined)
    .map(Number);
  return found.length === 0 ? undefined : Math.min(...found);
}
