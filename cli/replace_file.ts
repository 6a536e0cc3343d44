// Replaces a file in one step: whoever reads it sees the old text or the new.

import { Fault } from "./terminal.ts";

/** For a file that may hold a token. */
const PRIVATE_MODE = 0o600;

/** Writes a file anew, with the owner and the mode that it had; a new one is private. */
export async function replaceFile(path: string, text: string): Promise<void> {
  try {
    const real = await realPath(path);
    const before = await stat(real);
    const beside = `${real}.${crypto.randomUUID()}`;
    try {
      await Deno.writeTextFile(beside, text, { createNew: true, mode: PRIVATE_MODE });
      if (before !== undefined && Deno.build.os !== "windows") {
        await Deno.chown(beside, before.uid, before.gid);
        await Deno.chmod(beside, (before.mode ?? PRIVATE_MODE) & 0o777);
      }
      await Deno.rename(beside, real);
    } catch (error) {
      await Deno.remove(beside).catch(() => {});
      throw error;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(1, `Cannot write "${path}": ${reason}`);
  }
}

/** What a link points to: the link itself is to stay. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
