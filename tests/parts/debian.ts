// Unpacks Debian packages into the project's own .parts/ folder: no root, nothing
// installed. Each package becomes a folder in one rename, so that a run that is
// killed leaves no half package, and two runs at once don't harm one another.

import { join } from "@std/path";

const PARTS_DIR = join(import.meta.dirname!, "..", "..", ".parts");
const MAX_SAID_LENGTH = 200;
const WORK_PREFIX = "unpacking-";

/** Where the packages of this release and architecture are unpacked. */
export const PACKAGES_DIR = join(PARTS_DIR, `${release()}-${Deno.build.arch}`);

/** Whether Debian packages can be had on this machine. */
export function hasApt(): boolean {
  return onPath("apt-get") !== undefined && onPath("dpkg") !== undefined;
}

/** The program's absolute path, if it stands on the PATH. */
export function onPath(program: string): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = join(folder || ".", program);
    try {
      const info = Deno.statSync(path);
      if (info.isFile && ((info.mode ?? 0o111) & 0o111) !== 0) return path;
    } catch {
      // Not there, or not ours to see: the next folder may have it.
    }
  }
  return undefined;
}

/** The folder of an unpacked package, if it is there. */
export function unpacked(name: string): string | undefined {
  const folder = join(PACKAGES_DIR, name);
  return exists(folder) ? folder : undefined;
}

/**
 * Brings the packages that are not there yet. What could not be had is in the
 * answer: package name → why, with what the tools said.
 */
export async function unpackPackages(
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const missing = names.filter((name) => unpacked(name) === undefined);
  if (missing.length === 0) return failures;

  await Deno.mkdir(PACKAGES_DIR, { recursive: true });
  await sweep();
  const work = join(PARTS_DIR, `${WORK_PREFIX}${Deno.pid}`);
  await Deno.mkdir(work);
  try {
    for (const [name, why] of await download(missing, work)) {
      failures.set(name, why);
    }
    for (const name of missing.filter((name) => !failures.has(name))) {
      const why = await unpack(name, work);
      if (why !== undefined) failures.set(name, why);
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return failures;
}

// The machine's own package lists first. They may be missing or old, and renewing
// them takes root: then lists of our own, from the machine's own sources.
async function download(
  names: readonly string[],
  work: string,
): Promise<Map<string, string>> {
  if ((await run(["apt-get", ...OPTIONS, "download", ...names], work)).ok) {
    return new Map();
  }

  const own = [...OPTIONS, ...(await ownState(work))];
  const update = await run(["apt-get", ...own, "update"], work);
  if (!update.ok) return new Map(names.map((name) => [name, update.said]));
  if ((await run(["apt-get", ...own, "download", ...names], work)).ok) {
    return new Map();
  }

  const failures = new Map<string, string>();
  for (const name of names) {
    const one = await run(["apt-get", ...own, "download", name], work);
    // Where no list could be renewed, the update ended well, with a warning.
    if (!one.ok) failures.set(name, [one.said, update.said].filter(Boolean).join("; "));
  }
  return failures;
}

const OPTIONS = [
  "-qq",
  "-o=Acquire::Retries=2",
  "-o=Acquire::http::Timeout=30",
  // As root, apt would download as a user who may not write here, and warn.
  ...(Deno.uid() === 0 ? ["-o=APT::Sandbox::User=root"] : []),
];

// In the run's own folder: two runs at once would wait for one another's lock.
async function ownState(work: string): Promise<string[]> {
  const state = join(work, "apt");
  for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(join(state, folder), { recursive: true });
  }
  const config = join(state, "apt.conf");
  await Deno.writeTextFile(
    config,
    `Dir::State "${state}/state";
Dir::State::lists "${state}/state/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${state}/cache";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`,
  );
  return [`--config-file=${config}`];
}

async function unpack(name: string, work: string): Promise<string | undefined> {
  const files = [...Deno.readDirSync(work)].map((entry) => entry.name);
  const deb = files.find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
  if (deb === undefined) return "apt-get download left no file";
  const { ok, said } = await run(["dpkg", "-x", deb, name], work);
  if (!ok) return said;
  await Deno.chmod(join(work, name), 0o755);
  try {
    await Deno.rename(join(work, name), join(PACKAGES_DIR, name));
  } catch (error) {
    // Another run was faster: what it unpacked is the same.
    if (unpacked(name) === undefined) return String(error);
  }
  return undefined;
}

// Removes what killed runs left behind.
async function sweep(): Promise<void> {
  for await (const { name } of Deno.readDir(PARTS_DIR)) {
    if (!name.startsWith(WORK_PREFIX)) continue;
    const pid = name.slice(WORK_PREFIX.length);
    if (pid === String(Deno.pid) || !exists(`/proc/${pid}`)) {
      await Deno.remove(join(PARTS_DIR, name), { recursive: true });
    }
  }
}

async function run(
  [program, ...args]: readonly string[],
  cwd: string,
): Promise<{ ok: boolean; said: string }> {
  const { success, code, stderr } = await new Deno.Command(program!, {
    args,
    cwd,
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const lines = new TextDecoder().decode(stderr).trim().replaceAll(/\s*\n\s*/g, "; ");
  const said = lines.slice(0, MAX_SAID_LENGTH);
  return { ok: success, said: said || (success ? "" : `${program} ended with status ${code}`) };
}

function release(): string {
  try {
    const text = Deno.readTextFileSync("/etc/os-release");
    const field = (key: string) =>
      new RegExp(`^${key}="?([\\w.-]+)"?$`, "m").exec(text)?.[1] ?? "unknown";
    return `${field("ID")}-${field("VERSION_ID")}`;
  } catch {
    return Deno.build.os;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
