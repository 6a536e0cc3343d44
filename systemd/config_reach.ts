// How a config, and the files, folders and sockets that it names, get through the
// sandbox: bound where others may read them, and else handed over as credentials.

import { dirname } from "node:path";
import { credentialName } from "./credential_name.ts";
import { unwritable, unwritableRaw } from "./escape.ts";
import { type Failure, failure, refusal } from "./failure.ts";
import { allows, closedFolder, isWithin, joined, OTHERS, type Reach, wayTo } from "./reach.ts";
import type { System } from "./system.ts";

/** What the unit needs so that the service reads files. */
export interface FileReach extends Reach {
  readonly ok: true;
  /** The paths of those that have to come as credentials. */
  readonly credentials: readonly string[];
}

/** systemd takes no longer names. */
const MAX_CREDENTIAL_NAME = 255;
const NOTHING: FileReach = { ok: true, binds: [], covers: [], credentials: [] };

/** `path` is taken as it stands, so that a symbolic link may point elsewhere later. */
export async function configReach(path: string, system: System): Promise<FileReach | Failure> {
  const cannot = (why: string) =>
    failure(`Cannot use config ${JSON.stringify(path)} for a service: ${why}`);
  try {
    const { kind } = await system.stat(path);
    if (kind === "folder") return cannot("is a directory");
    return await fileReach(path, { cannot, system });
  } catch (error) {
    return cannot(refusal(error));
  }
}

/** All that a config names. What isn't there is left to the service to complain of. */
export async function namedReach(
  { files, sockets }: { readonly files: readonly string[]; readonly sockets: readonly string[] },
  system: System,
): Promise<FileReach | Failure> {
  const reaches: FileReach[] = [];
  const folders: string[] = [];
  // Folders come before what lies in them.
  for (const path of files.toSorted()) {
    const cannot = (why: string) =>
      failure(`Cannot use ${JSON.stringify(path)}, which the config names, for a service: ${why}`);
    let reach;
    try {
      const facts = await system.stat(path);
      const within = folders.some((folder) => isWithin(path, folder));
      if (facts.kind === "folder") {
        folders.push(path);
        reach = await folderReach(path, { cannot, system });
      } else if (!within) reach = await fileReach(path, { cannot, system });
      else if (!allows(facts, OTHERS.read)) {
        reach = cannot(`others may not read it; run: chmod go+r "${path}"`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) reach = cannot(refusal(error));
    }
    if (reach === undefined) continue;
    if (!reach.ok) return reach;
    reaches.push(reach);
  }
  for (const folder of new Set(sockets.map((path) => dirname(path)))) {
    // Its folder, since an exporter makes its socket anew when it starts.
    if (!await system.exists(folder)) continue;
    reaches.push({ ...NOTHING, ...await wayTo(folder, system) });
  }
  return {
    ok: true,
    ...joined(reaches),
    credentials: reaches.flatMap(({ credentials }) => credentials),
  };
}

interface Looking {
  readonly cannot: (why: string) => Failure;
  readonly system: System;
}

async function fileReach(
  path: string,
  { cannot, system }: Looking,
): Promise<FileReach | Failure> {
  const direct = await system.realPath(path) === path &&
    allows(await system.stat(path), OTHERS.read) &&
    await closedFolder(path, system) === undefined;
  const hazard = direct ? unwritable(path) : unwritableRaw(path);
  if (hazard) return cannot(hazard);
  if (direct) return { ...NOTHING, ...await wayTo(path, system) };
  return credentialName(path).length > MAX_CREDENTIAL_NAME
    ? cannot("its path is too long")
    : { ...NOTHING, credentials: [path] };
}

async function folderReach(
  path: string,
  { cannot, system }: Looking,
): Promise<FileReach | Failure> {
  const hazard = unwritable(path);
  if (hazard) return cannot(hazard);
  return allows(await system.stat(path), OTHERS.readAndExecute)
    ? { ...NOTHING, ...await wayTo(path, system) }
    : cannot(`others may not read it; run: chmod go+rx "${path}"`);
}
