// The files of targets that a config names, by path or by pattern: found and read. A
// file that has become faulty keeps the targets it had.

import { basename, dirname, join, resolve } from "@std/path";
import type { ReadTextFile } from "./config_files.ts";
import { quote } from "../protocol/config_path.ts";
import { parseTargetGroups, type TargetGroup } from "./target_groups.ts";

/** A file of targets, as it was last read without a fault. */
export interface TargetFile {
  /** As messages name it. */
  readonly name: string;
  readonly groups: readonly TargetGroup[];
}

/** Files by their absolute paths. */
export type TargetFiles = ReadonlyMap<string, TargetFile>;

/** What reading files of targets needs. */
export interface TargetFileAccess {
  /** Absolute; patterns are relative to it. */
  readonly dir: string;
  readonly readTextFile: ReadTextFile;
  /** The names in a folder; rejects where there are none to be had. */
  readonly listFolder: (path: string) => Promise<readonly string[]>;
  /** What the files said when they were last read. */
  readonly before: TargetFiles;
}

/** What came of reading them. */
export interface ReadTargets {
  readonly files: TargetFiles;
  /** The absolute paths that each pattern stands for. */
  readonly byPattern: ReadonlyMap<string, readonly string[]>;
  /** What it depends on: files and folders, absolute, there or not. */
  readonly paths: readonly string[];
  /** One line for each file or pattern that there is something to say of. */
  readonly warnings: readonly string[];
}

/** Reads all files that a pattern stands for, in the order of their names. */
export async function readTargetFiles(
  patterns: Iterable<string>,
  access: TargetFileAccess,
): Promise<ReadTargets> {
  const files = new Map<string, TargetFile>();
  const byPattern = new Map<string, readonly string[]>();
  const paths = new Set<string>();
  const warnings: string[] = [];
  for (const pattern of new Set(patterns)) {
    const found = await findFiles(pattern, access);
    byPattern.set(pattern, found.map((name) => resolve(access.dir, name)));
    if (pattern.includes("*")) paths.add(resolve(access.dir, dirname(pattern)));
    if (found.length === 0) warnings.push(`${quote(pattern)} matches no file`);
    for (const name of found) {
      const path = resolve(access.dir, name);
      if (files.has(path)) continue;
      paths.add(path);
      const read = await readGroups(path, access.readTextFile);
      if (read.ok) {
        files.set(path, { name, groups: read.groups });
        continue;
      }
      // Who takes a file away wants its targets to go.
      const kept = read.missing ? undefined : access.before.get(path);
      if (kept !== undefined) files.set(path, kept);
      warnings.push(`${quote(name)} ${read.reason}${kept ? "; its last targets stay" : ""}`);
    }
  }
  return { files, byPattern, paths: [...paths], warnings };
}

/** The files of a pattern, as paths that are relative where it is. */
async function findFiles(
  pattern: string,
  { dir, listFolder }: Pick<TargetFileAccess, "dir" | "listFolder">,
): Promise<readonly string[]> {
  if (!pattern.includes("*")) return [pattern];
  const [start = "", end = ""] = basename(pattern).split("*");
  const folder = dirname(pattern);
  const names = await listFolder(resolve(dir, folder)).catch((): readonly string[] => []);
  return names
    .filter((name) =>
      name.startsWith(start) && name.endsWith(end) && name.length >= start.length + end.length
    )
    .toSorted()
    .map((name) => join(folder, name));
}

async function readGroups(path: string, readTextFile: ReadTextFile) {
  let text;
  try {
    text = await readTextFile(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    return { ok: false, missing, reason: missing ? "is not there" : "can't be read" } as const;
  }
  return { missing: false, ...await parseTargetGroups(path, text) };
}
