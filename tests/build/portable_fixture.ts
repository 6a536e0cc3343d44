// Portable files for tests: with a shell script in the runtime's place, made at once,
// or the real one, made once in a test run.

import { join } from "@std/path";
import { bundle } from "../../build/bundle.ts";
import { buildPortable } from "../../build/portable.ts";
import { portableFile } from "../../build/portable_file.ts";
import { put } from "../../build/dist.ts";
import type { Arch } from "../../build/runtime.ts";
import project from "../../deno.json" with { type: "json" };

const PROJECT = join(import.meta.dirname!, "..", "..");

/** Prints what it was started with, or waits, or fails. */
const FAKE_RUNTIME = `#!/bin/sh
[ "$1" != --version ] || exit 0
while [ "\${1##*/}" != main.js ]; do shift; done
[ "\${2-}" != wait ] || { echo waiting; exec sleep 60; }
echo "executable=$PROMPIPE_EXECUTABLE"
echo "deno_dir=$DENO_DIR"
shift
for arg in "$@"; do echo "<$arg>"; done
`;

export interface FakeOptions {
  readonly runtime?: string;
  /** Differs from version to version. */
  readonly program?: string;
  /** What can't be compressed, so that unpacking takes its time. */
  readonly ballastBytes?: number;
}

/** A portable file around a shell script; returns its path. */
export async function fakePortable(folder: string, options: FakeOptions = {}): Promise<string> {
  const { runtime = FAKE_RUNTIME, program = "", ballastBytes = 0 } = options;
  const ballast = Array.from(
    { length: Math.ceil(ballastBytes / 48) },
    () => crypto.getRandomValues(new Uint8Array(36)).toBase64(),
  ).join("\n");
  const file = await portableFile({
    arch: "x64",
    version: "1.2.3",
    grants: { unstable: [], permissions: { default: {} } },
    bundle: { files: new Map([["main.js", `${program}\n${ballast}`]]), commit: "abc1234" },
    runtime: new TextEncoder().encode(runtime),
  });
  return join(folder, await put(folder, `prompipe ${program}`.trim(), file));
}

/** The real thing; returns its path. */
export async function realPortable(folder: string, arch: Arch): Promise<string> {
  return join(folder, await buildPortable(arch, await bundle(PROJECT, "abc1234"), folder));
}

export const VERSION_LINE = `prompipe ${project.version} (abc1234)\n`;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end in an environment of nothing but this. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The names in a folder, hidden ones too, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}
