// A Debian with systemd in a folder, to boot as a machine of its own: made once, by
// debootstrap from where this machine's apt gets its packages, and kept in .parts/.

import { join } from "@std/path";
import { PACKAGES_DIR } from "../parts/debian.ts";
import type { Part } from "../parts.ts";

const PARTS_DIR = join(PACKAGES_DIR, "..");
const BUILD_PREFIX = "building-root-";
const INCLUDED = ["systemd", "systemd-sysv", "dbus", "libgcc-s1"];

/** The folder of the root, made where it isn't there yet. Takes root. */
export async function systemdRoot(debootstrap: Part): Promise<string> {
  const root = `${PACKAGES_DIR}-systemd-root`;
  if (await exists(root)) return root;

  await sweep();
  const work = join(PARTS_DIR, `${BUILD_PREFIX}${Deno.pid}`);
  await Deno.mkdir(work);
  try {
    // Its own mounts go with it, should it be killed halfway.
    await run(
      [
        ...["unshare", "--mount", "--propagation=private"],
        ...[
          "sh",
          debootstrap.path,
          "--variant=minbase",
          `--include=${INCLUDED.join(",")}`,
        ],
        ...[await codename(), join(work, "root"), await mirror(await codename())],
      ],
      debootstrap.env,
    );
    for (const folder of ["var/cache/apt", "var/lib/apt/lists"]) {
      await Deno.remove(join(work, "root", folder), { recursive: true });
      await Deno.mkdir(join(work, "root", folder));
    }
    await Deno.rename(join(work, "root"), root);
  } catch (error) {
    // Another run was faster: what it made is the same.
    if (!await exists(root)) throw error;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return root;
}

async function codename(): Promise<string> {
  const found = /^VERSION_CODENAME="?([\w-]+)/m.exec(await Deno.readTextFile("/etc/os-release"));
  if (found === null) throw new Error("/etc/os-release names no release");
  return found[1]!;
}

/** Where this machine's apt gets a release's packages. */
async function mirror(release: string): Promise<string> {
  const fields = "$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT) $(ORIGIN)";
  const text = await run(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"]);
  const sources = text.split("\n").map((line) => line.split(" "))
    .filter(([, name, codename, component]) =>
      component === "main" && (name === release || codename === release)
    );
  // What apt has never updated from has no known origin yet.
  const source = sources.find((fields) => fields[4] === "Debian") ?? sources[0];
  if (source === undefined) {
    throw new Error(`apt has no source for "${release}"`);
  }
  return source[0]!;
}

async function sweep(): Promise<void> {
  for await (const { name } of Deno.readDir(PARTS_DIR)) {
    if (!name.startsWith(BUILD_PREFIX)) continue;
    if (!await exists(`/proc/${name.slice(BUILD_PREFIX.length)}`)) {
      await Deno.remove(join(PARTS_DIR, name), { recursive: true });
    }
  }
}

async function run(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program!, {
    args,
    env: { LC_ALL: "C", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) {
    throw new Error(
      `${program} ${args.join(" ")} failed:\n${text(stdout)}${text(stderr)}`,
    );
  }
  return text(stdout);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
