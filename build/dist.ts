// The folder that builds write to.

import { join } from "@std/path";

export const DIST = join(import.meta.dirname!, "..", "dist");

/** Writes an executable in one piece and returns its name. */
export async function put(folder: string, name: string, file: Blob): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, name);
  const draft = `${path}.${Deno.pid}`;
  try {
    await Deno.writeFile(draft, file.stream());
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
  return name;
}

/** Says that a file is made in dist/. */
export function announce(name: string): void {
  const { size } = Deno.statSync(join(DIST, name));
  console.log(`dist/${name}  ${size.toLocaleString("en")} bytes`);
}
