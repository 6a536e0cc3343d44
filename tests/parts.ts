// The door to the real programs that tests run against. On Debian they come from
// unpacked packages, the same for everybody; elsewhere from the PATH. A test says
// what it needs:
//
//   testWithParts("name", ["prometheus", "promtool"], async (parts) => {
//     parts.prometheus.path …
//   });
//
// and is left out, with the reason, where a part is missing. testUnless() is for
// other reasons, such as a test that has to be root.

import { join } from "@std/path";
import { hasApt, onPath, unpacked, unpackPackages } from "./parts/debian.ts";
import { recordLeftOut } from "./parts/left_out.ts";
import { allPackages, type PartName, PARTS, type Recipe } from "./parts/table.ts";

export interface Part {
  /** The program's absolute path. */
  readonly path: string;
  /** To be given to the program, over the environment it inherits. */
  readonly env: Readonly<Record<string, string>>;
  /** The unpacked package that holds the program; undefined: it's on the PATH. */
  readonly folder: string | undefined;
}

export interface MissingPart {
  readonly missing: string;
}

/** Looks a part up; brings nothing. */
export function part(name: PartName): Part | MissingPart {
  const recipe: Recipe = PARTS[name];
  const folders = recipe.packages.map(unpacked);
  if (folders.every((folder) => folder !== undefined)) {
    const libraries = (recipe.libraries ?? []).map(unpacked).filter((it) => it !== undefined);
    // Newer releases keep under usr/ what older ones had at the top.
    const path = [recipe.binary, join("usr", recipe.binary)]
      .map((binary) => join(folders[0]!, binary)).find(isFile);
    if (path !== undefined) {
      return { path, env: environment(recipe, folders, libraries), folder: folders[0]! };
    }
  }
  for (const program of recipe.onPath) {
    const path = onPath(program);
    if (path !== undefined) return { path, env: {}, folder: undefined };
  }
  return {
    missing: `"${name}" is missing: deno task test unpacks it on Debian, elsewhere put ${
      recipe.onPath.map((program) => `"${program}"`).join(" or ")
    } on the PATH`,
  };
}

/** A test that runs where all its parts are there, and is left out elsewhere. */
export function testWithParts<Name extends PartName>(
  name: string,
  needs: readonly Name[],
  fn: (parts: Readonly<Record<Name, Part>>) => Promise<void>,
): void {
  const parts: Partial<Record<Name, Part>> = {};
  for (const need of needs) {
    const found = part(need);
    if ("missing" in found) return leaveOut(name, found.missing);
    parts[need] = found;
  }
  Deno.test(name, () => fn(parts as Record<Name, Part>));
}

/** A test that is left out where there is a reason to. */
export function testUnless(
  why: string | false | undefined,
  name: string,
  fn: () => Promise<void>,
): void {
  if (typeof why === "string") leaveOut(name, why);
  else Deno.test(name, fn);
}

/** Registers the test as ignored, and tells the runner why. */
export function leaveOut(name: string, why: string): void {
  recordLeftOut({ what: name, why });
  Deno.test({ name, ignore: true, fn: () => {} });
}

/** Brings all parts. The answer says what could not be had, and the way out. */
export async function setUpParts(): Promise<readonly string[]> {
  if (!hasApt()) return [];
  const { required, libraries } = allPackages();
  const failures = await unpackPackages([...required, ...libraries]);
  return [...failures].map(([name, why]) =>
    `Cannot unpack Debian package "${name}": ${why} (way out: apt-get install ${name})`
  );
}

function environment(
  recipe: Recipe,
  folders: readonly string[],
  libraries: readonly string[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, folder] of Object.entries(recipe.env ?? {})) {
    env[key] = join(folders[0]!, folder);
  }
  if (recipe.libraries !== undefined) {
    env.PATH = [
      ...folders.flatMap((folder) => ["usr/bin", "bin"].map((bin) => join(folder, bin))),
      Deno.env.get("PATH") ?? "",
    ].join(":");
    const triplet = `${Deno.build.arch}-linux-gnu`;
    env.LD_LIBRARY_PATH = [...folders, ...libraries].flatMap((folder) => [
      join(folder, "usr/lib", triplet, "systemd"),
      join(folder, "usr/lib", triplet),
      join(folder, "usr/lib", triplet, "pulseaudio"),
      join(folder, "lib", triplet),
      join(folder, "lib", triplet, "systemd"),
    ]).filter(isFolder).join(":");
  }
  return env;
}

function isFolder(path: string): boolean {
  return stat(path)?.isDirectory ?? false;
}

function isFile(path: string): boolean {
  return stat(path)?.isFile ?? false;
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
