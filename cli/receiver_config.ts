// What a receiver runs with: its options as they count, and its tokens.

import { resolve } from "@std/path";
import { bearerToken, type ReceiverFile, type TokenEntry } from "../receiver/mod.ts";
import { type Environment, findBearerToken } from "./bearer_token.ts";
import type { LogFlags, ReceiverFlags, ReceiverFlagsOrigin } from "./command.ts";
import { fileFault } from "./file_fault.ts";
import { formatAddress } from "./listener.ts";
import { receiverFileOptions } from "./options.ts";
import { readFile } from "./read_file.ts";
import { Fault } from "./terminal.ts";

/** A token shorter than this can be guessed. */
const MIN_TOKEN_LENGTH = 16;

/** All that was said by arguments, environment and files, put together. */
export interface ReceiverSetup<Flags> {
  readonly flags: Flags;
  readonly tokens: readonly TokenEntry[];
  /** Of the token of BEARER_TOKEN, where it has too few characters. */
  readonly short: { readonly characters: number; readonly better: number } | undefined;
}

/** Reads the config, where one is named, and the token; fails where there is none of either. */
export async function loadReceiver<Flags extends ReceiverFlags & LogFlags & ReceiverFlagsOrigin>(
  flags: Flags,
  env: Environment = (name) => Deno.env.get(name),
): Promise<ReceiverSetup<Flags>> {
  const { file, flags: complete } = await readReceiver(flags);
  checkAddresses(complete);
  const token = await findBearerToken(env);
  if (token === undefined && file.tokens.length === 0) throw new Fault(2, noToken(flags.config));
  const own = token === undefined ? [] : [bearerToken(token)];
  const twice = file.tokens.find(({ sha256 }) => sha256 === own[0]?.sha256);
  if (twice !== undefined) {
    throw new Fault(
      2,
      `Cannot load config "${flags.config}": its token "${twice.name}" is that of BEARER_TOKEN ` +
        "as well, which may write everything",
    );
  }
  return {
    flags: complete,
    tokens: [...own, ...file.tokens],
    short: token === undefined || token.length >= MIN_TOKEN_LENGTH
      ? undefined
      : { characters: token.length, better: MIN_TOKEN_LENGTH },
  };
}

/** One of two listeners at one address would find it taken, by nobody knows whom. */
function checkAddresses({ pushListen, scrapeListen }: ReceiverFlags): void {
  const { port } = pushListen;
  const hosts = [pushListen.host, scrapeListen.host];
  const overlap = hosts[0] === hosts[1] || hosts.some((host) => EVERYWHERE.has(host));
  if (port === 0 || port !== scrapeListen.port || !overlap) return;
  const [push, scrape] = [pushListen, scrapeListen].map(formatAddress);
  throw new Fault(
    2,
    `Cannot start the receiver: --push-listen "${push}" and --scrape-listen "${scrape}" are one ` +
      "address; give one of them another port",
  );
}

const EVERYWHERE: ReadonlySet<string> = new Set(["", "::", "0.0.0.0"]);

function noToken(config: string | undefined): string {
  return config === undefined
    ? "Cannot start the receiver: no token; set BEARER_TOKEN, or BEARER_TOKEN_FILE to a file's " +
      'path (prompipe sender exampleconfig prints a fresh token as "bearer_token"), or name a ' +
      "config that holds tokens by --config"
    : `Cannot start the receiver: no token; config "${config}" holds none in "tokens" (prompipe ` +
      "receiver token NAME makes one), and neither BEARER_TOKEN nor BEARER_TOKEN_FILE is set";
}

/** Reads the config, where one is named, and puts its options where nobody set any. */
export async function readReceiver<Flags extends ReceiverFlagsOrigin>(
  flags: Flags,
): Promise<{ readonly flags: Flags; readonly file: ReceiverFile }> {
  const file = flags.config === undefined
    ? { tokens: [], options: {} }
    : await readReceiverFile(flags.config);
  return { file, flags: { ...flags, ...optionsThatCount(file, flags.unset) } };
}

/** The config at a path; every fault in it is told at once. */
export async function readReceiverFile(path: string): Promise<ReceiverFile> {
  // Loaded only for those who have one, as its schema and parser are.
  const { parseReceiverFile } = await import("../receiver/config.ts");
  let text;
  try {
    text = await readFile(resolve(path));
  } catch (error) {
    throw new Fault(2, `Cannot read config "${path}": ${explain(error)}`);
  }
  const kinds = Object.fromEntries(receiverFileOptions().map(({ key, kind }) => [key, kind]));
  const parsed = parseReceiverFile(text, kinds);
  if (parsed.ok) return parsed.file;
  const faults = parsed.faults.map((fault) => `  ${fault}`).join("\n");
  throw new Fault(2, `Cannot load config "${path}":\n${faults}`);
}

/** Names of options that have other values than before, as they stand in the file. */
export function changedOptions(before: ReceiverFlags, now: ReceiverFlags): string[] {
  const valuesOf = (flags: ReceiverFlags) => new Map(Object.entries(flags));
  const [old, other] = [valuesOf(before), valuesOf(now)];
  return receiverFileOptions()
    .filter(({ name }) => JSON.stringify(old.get(name)) !== JSON.stringify(other.get(name)))
    .map(({ key }) => key);
}

function optionsThatCount(
  { options }: Pick<ReceiverFile, "options">,
  unset: readonly string[],
): Record<string, unknown> {
  const counts = receiverFileOptions().filter(({ key, name }) =>
    unset.includes(name) && options[key] !== undefined
  );
  return Object.fromEntries(counts.map(({ key, name }) => [name, options[key]]));
}

/** Follows "no such file"; of no use to a receiver that runs. */
export const FIRST_STEPS = ". To start one:\n" +
  "  prompipe receiver exampleconfig > receiver.json    make one, then edit it\n" +
  "  prompipe receiver token NAME                       make one more token\n" +
  "  prompipe receiver check                            see what it says";

function explain(error: unknown): string {
  return fileFault(error) + (error instanceof Deno.errors.NotFound ? FIRST_STEPS : "");
}
