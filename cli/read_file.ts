// Reads files that may lie where a service can't read them: what systemd has loaded of
// them for it comes first.

import { join } from "@std/path";

/** Reads a file as UTF-8. The path is absolute. */
export async function readFile(path: string): Promise<string> {
  return await Deno.readTextFile(await credentialOf(path) ?? path);
}

/** Where systemd's copy of a file is, or `undefined` where there is none. */
export async function credentialOf(path: string): Promise<string | undefined> {
  const folder = Deno.env.get("CREDENTIALS_DIRECTORY");
  if (!folder) return undefined;
  const { credentialName } = await import("../systemd/credential_name.ts");
  const copy = join(folder, credentialName(path));
  return await Deno.lstat(copy).then(() => copy, () => undefined);
}
