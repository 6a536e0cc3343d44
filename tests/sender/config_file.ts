// Config files to parse: a right one, and what to make wrong in it.

import { loadConfig, type LoadedConfig, type SenderConfig } from "../../sender/config.ts";
import { assert } from "@std/assert";
import { basename, dirname } from "@std/path";
import type { TargetFiles } from "../../sender/target_files.ts";
import { randomSecret } from "../fakes/random_secret.ts";

/** A pair as it stands in a file. */
export function pairWith(entries: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source: "http://exporter:9100/metrics",
    destination: "http://push.example/metrics/node/rpi",
    ...entries,
  };
}

/** A file with one pair and a token. */
export function fileWith(entries: Record<string, unknown> = {}): Record<string, unknown> {
  return { bearer_token: randomSecret(), pairs: [pairWith()], ...entries };
}

/** What there is around a file, which itself lies in `/etc/prompipe`. */
export interface Around {
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What files of targets said the last time. */
  readonly before?: TargetFiles;
}

/** Loads a file, or text that should be one. */
export async function load(file: unknown, around: Around = {}): Promise<LoadedConfig> {
  const { env = {}, files = {}, before } = around;
  return await loadConfig(typeof file === "string" ? file : JSON.stringify(file), {
    dir: "/etc/prompipe",
    env: (name) => Object.hasOwn(env, name) ? env[name] : undefined,
    async readTextFile(path) {
      const text = files[path];
      if (text === undefined) throw new Deno.errors.NotFound(path);
      return await Promise.resolve(text);
    },
    async listFolder(path) {
      const names = Object.keys(files).filter((each) => dirname(each) === path);
      if (names.length === 0) throw new Deno.errors.NotFound(path);
      return await Promise.resolve(names.map((each) => basename(each)));
    },
    ...before && { targetFiles: before },
  });
}

/** What a file that has to be right comes to. */
export async function configOf(file: unknown, around: Around = {}): Promise<SenderConfig> {
  const loaded = await load(file, around);
  assert(loaded.ok, loaded.ok ? "" : loaded.faults.join("\n"));
  return loaded.config;
}

/** What is wrong with a file: nothing where it is right. */
export async function faultsOf(file: unknown, around: Around = {}): Promise<readonly string[]> {
  const loaded = await load(file, around);
  return loaded.ok ? [] : loaded.faults;
}
