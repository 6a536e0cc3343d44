// Reads the sender's config file and the files it names, or says how to come to one.

import { dirname, resolve } from "@std/path";
import { loadConfig as parseAndLoad, type LoadedConfig, type TargetFiles } from "../sender/mod.ts";
import { fileFault } from "./file_fault.ts";
import { readFile } from "./read_file.ts";
import { Fault } from "./terminal.ts";

/** How a config is read. */
export interface ReadOptions {
  /** What files of targets said before. */
  readonly before?: TargetFiles;
  /** Told of every file and folder, by its absolute path, before it is read. */
  readonly onRead?: (path: string) => Promise<void>;
}

/** The config at a path; every fault in it is told at once. */
export async function loadConfig(
  path: string,
  options: ReadOptions = {},
): Promise<LoadedConfig & { readonly ok: true }> {
  const loaded = await readConfig(path, options);
  if (loaded.ok) return loaded;
  const faults = loaded.faults.map((fault) => `  ${fault}`).join("\n");
  throw new Fault(2, `Cannot load config "${path}":\n${faults}`);
}

/** Likewise, with its faults as a value. Throws where the file itself can't be read. */
export async function readConfig(
  path: string,
  { before, onRead = () => Promise.resolve() }: ReadOptions = {},
): Promise<LoadedConfig> {
  const readTextFile = async (path: string) => {
    await onRead(path);
    return await readFile(path);
  };
  let text;
  try {
    text = await readTextFile(resolve(path));
  } catch (error) {
    throw new Fault(2, `Cannot read config "${path}": ${explain(error)}`);
  }
  return await parseAndLoad(text, {
    dir: dirname(resolve(path)),
    env: (name) => Deno.env.get(name),
    readTextFile,
    async listFolder(folder) {
      await onRead(folder);
      const entries = await Array.fromAsync(Deno.readDir(folder));
      return entries.filter((entry) => !entry.isDirectory).map((entry) => entry.name);
    },
    ...before && { targetFiles: before },
  });
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "no such file. Three steps to one:\n" +
      "  prompipe sender exampleconfig > config.json    make one, then edit it\n" +
      "  prompipe sender check                          see whether its sources answer\n" +
      "  prompipe sender                                pipe";
  }
  return fileFault(error);
}
