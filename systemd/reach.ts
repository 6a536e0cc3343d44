// How the program and its config get through the sandbox. The service runs as a
// user of its own, without a home: what lies in somebody's home or behind a closed
// folder is bound, alone and read-only, and what only its owner may read is handed
// over by systemd as a credential.

import { dirname } from "node:path";
import { unwritable, unwritablePlain } from "./escape.ts";
import { type Failure, failure, refusal } from "./failure.ts";
import { unreadableSource } from "./source_tree.ts";
import type { FileFacts, System } from "./system.ts";

/** How this program was started; all paths are absolute. */
export interface Program {
  /** What comes before prompipe's own arguments: the portable file, or the runtime,
   * its flags and the main module. */
  readonly argv: readonly string[];
  /** Files and folders it reads and executes while it runs. */
  readonly paths: readonly string[];
}

/** What the unit needs so that the service reaches a file. */
export interface Reach {
  readonly binds: readonly string[];
  readonly covers: readonly string[];
}

export interface ProgramReach extends Reach {
  readonly ok: true;
  /** The program's `argv`, without symbolic links. */
  readonly argv: readonly string[];
  /** The executable, and the program's other `paths`, without symbolic links. */
  readonly places: readonly string[];
  /** The executable, where others may not run it yet. */
  readonly toOpen: { readonly path: string; readonly mode: number } | undefined;
}

/** The permission bits of users who are neither the owner nor in the group. */
export const OTHERS = { read: 0o004, enter: 0o001, readAndExecute: 0o005 };

/** Where the sandbox shows empty folders of its own. */
const HIDDEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

export async function programReach(
  program: Program,
  system: System,
): Promise<ProgramReach | Failure> {
  const executable = program.argv[0]!;
  const reaches: Reach[] = [];
  const real = new Map<string, string>();
  let toOpen: ProgramReach["toOpen"];

  for (const path of new Set([executable, ...program.paths])) {
    const cannot = (why: string) =>
      failure(`Cannot run ${JSON.stringify(path)} as a service: ${why}`);
    try {
      const place = await system.realPath(path);
      real.set(path, place);
      const hazard = unwritablePlain(place);
      if (hazard) return cannot(hazard);
      const facts = await system.stat(place);
      if (path === executable && !allows(facts, OTHERS.readAndExecute)) {
        toOpen = { path: place, mode: facts.mode | 0o555 };
      } else if (facts.kind === "folder") {
        const closed = await unreadableSource(place, system);
        if (closed) {
          return cannot(
            `others may not read "${closed}"; run: chmod -R go+rX "${place}"`,
          );
        }
      } else if (!allows(facts, OTHERS.read)) {
        return cannot(`others may not read it; run: chmod go+r "${place}"`);
      }
      reaches.push(await wayTo(place, system));
    } catch (error) {
      return cannot(refusal(error));
    }
  }
  const argv = program.argv.map((value) => resolved(value, real));
  for (const value of argv) {
    const hazard = unwritable(value);
    if (hazard) {
      return failure(`Cannot pass ${JSON.stringify(value)} to a service: ${hazard}`);
    }
  }
  return { ok: true, argv, places: [...new Set(real.values())], toOpen, ...joined(reaches) };
}

/** What it takes to reach a path that others may read. */
export async function wayTo(path: string, system: System): Promise<Reach> {
  if (HIDDEN.some((folder) => isWithin(path, folder))) {
    return { binds: [path], covers: [] };
  }
  const closed = await closedFolder(path, system);
  return closed === undefined ? { binds: [], covers: [] } : { binds: [path], covers: [closed] };
}

/** The outermost folder above `path` that others may not enter. */
export async function closedFolder(path: string, system: System): Promise<string | undefined> {
  const folders: string[] = [];
  for (let at = dirname(path); at !== "/"; at = dirname(at)) {
    folders.unshift(at);
  }
  for (const folder of folders) {
    if (!allows(await system.stat(folder), OTHERS.enter)) return folder;
  }
  return undefined;
}

/** All of them at once; what lies within another one comes with it. */
export function joined(reaches: readonly Reach[]): Reach {
  const outermost = (paths: readonly string[]) =>
    [...new Set(paths)].filter((path) =>
      !paths.some((other) => other !== path && isWithin(path, other))
    );
  return {
    binds: outermost(reaches.flatMap(({ binds }) => binds)),
    covers: outermost(reaches.flatMap(({ covers }) => covers)),
  };
}

function resolved(value: string, real: ReadonlyMap<string, string>): string {
  for (const [path, place] of real) {
    if (isWithin(value, path)) return place + value.slice(path.length);
  }
  return value;
}

export function allows(facts: FileFacts, bits: number): boolean {
  return (facts.mode & bits) === bits;
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
