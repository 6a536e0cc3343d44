// The official Deno runtime that goes into a portable file. It is known by its hash:
// from wherever it comes, what is packed is always the same.

import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import { runDeno } from "./deno.ts";

export type Arch = "x64" | "arm64";

export const ARCHS: readonly Arch[] = ["x64", "arm64"];

/** Changed together: the version, and the SHA-256 of the file `deno` in its packages. */
export const RUNTIME = {
  version: "2.9.5",
  sha256: {
    x64: "dc480c462c8c3582524f3e75c160613d0a975e1f66b5465995d58bae236da7d3",
    arm64: "e1a70c5eb03b0ebaf761077029ef86b9ba22d50e2b54ca45ce5437457f701b63",
  },
} as const satisfies { version: string; sha256: Record<Arch, string> };

/**
 * The runtime's bytes. The Deno that runs this build is taken where it is the same
 * file; else Deno gets its npm package, or takes it from its own cache.
 */
export async function readRuntime(arch: Arch): Promise<Uint8Array<ArrayBuffer>> {
  if (Deno.version.deno === RUNTIME.version) {
    const own = await Deno.readFile(Deno.execPath());
    if (await sha256(own) === RUNTIME.sha256[arch]) return own;
  }
  const name = `@deno/linux-${arch}-glibc`;
  const bytes = await readFromPackage(name);
  const found = await sha256(bytes);
  if (found !== RUNTIME.sha256[arch]) {
    throw new BuildError(
      `Cannot take the runtime from "npm:${name}@${RUNTIME.version}": its SHA-256 is ${found}, not ${
        RUNTIME.sha256[arch]
      }`,
    );
  }
  return bytes;
}

// By a project of its own: this one's lock file and modules stay as they are.
async function readFromPackage(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "prompipe-runtime-" });
  try {
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      JSON.stringify({
        imports: { runtime: `npm:${name}@${RUNTIME.version}` },
        nodeModulesDir: "auto",
        lock: false,
      }),
    );
    const { success, said } = await runDeno(["install", "--quiet"], folder);
    if (!success) {
      const why = said.split("\n")[0];
      throw new BuildError(`Cannot get "npm:${name}@${RUNTIME.version}": ${why}`);
    }
    return await Deno.readFile(join(folder, "node_modules", name, "deno"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** In hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
