// Stand-ins for the public images that the Dockerfile starts from, made of what this
// machine has: no registry is asked.

import { assert } from "@std/assert";
import { dirname, join } from "@std/path";
import type { Images } from "./container_images.ts";
import { TempDir } from "./temp_dir.ts";

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** The Dockerfile's build arguments for them. */
export const BASES = {
  BUILD_BASE: "localhost/build-base",
  FINAL_BASE: "localhost/final-base",
} as const;

export async function makeBases(images: Images): Promise<void> {
  const deno = Deno.execPath();
  const libraries = await librariesOf(deno);

  await using final = await TempDir.make();
  await copyAll(libraries, final.path);
  await images.commit(final.path, BASES.FINAL_BASE, {});

  await using build = await TempDir.make();
  await copyAll([...libraries, ...await librariesOf("/bin/sh"), "/bin/sh"], build.path);
  await copy(deno, join(build.path, "usr/bin/deno"));
  await Deno.mkdir(join(build.path, "tmp"));
  const env: Record<string, string> = { PATH: "/usr/bin:/bin" };
  // What this machine trusts, and where its packages come from.
  if (await exists(CERTIFICATES)) {
    await copyAll([CERTIFICATES], build.path);
    env.DENO_TLS_CA_STORE = "system,mozilla";
  }
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY");
  if (registry) env.NPM_CONFIG_REGISTRY = registry;
  await images.commit(build.path, BASES.BUILD_BASE, env);
}

/** The shared libraries that a program loads, and the loader. */
async function librariesOf(program: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("ldd", { args: [program] }).output();
  assert(success, `ldd ${program} failed`);
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

async function copyAll(paths: readonly string[], root: string): Promise<void> {
  for (const path of new Set(paths)) await copy(path, join(root, path));
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
