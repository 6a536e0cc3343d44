// `prompipe receiver exampleconfig`, `check` and `token`: all about receiver.json.

import { formatSize } from "../protocol/mod.ts";
import type { TokenEntry } from "../receiver/mod.ts";
import { readReceiverFile } from "./receiver_config.ts";
import { Fault, formatTable, print, printError } from "./terminal.ts";

/** Prints a whole config; the token to its only entry is no part of it. */
export async function printExampleConfig(): Promise<number> {
  const { exampleConfig } = await import("../receiver/example_config.ts");
  const { token, text } = exampleConfig(Date.now());
  print(text);
  printError(`For the sender's config; it is shown only here:\n    "bearer_token": "${token}"`);
  return 0;
}

/** Prints a line per token. A fault in the config is thrown. */
export async function checkConfig({ config }: { readonly config: string }): Promise<number> {
  const { tokens, options } = await readReceiverFile(config);
  const nowMs = Date.now();
  const set = Object.keys(options);
  if (tokens.length > 0) {
    print(formatTable([
      ["TOKEN", "EXPIRES", "MAX TARGETS", "MAX BODY", "PUSHES/MIN", "TARGETS"],
      ...tokens.map((token) => cells(token, nowMs)),
    ]));
    print("");
  }
  const expired = tokens.filter(({ expiresMs = Infinity }) => expiresMs <= nowMs).length;
  const counted = tokens.length === 1 ? "1 token" : `${tokens.length} tokens`;
  print(`${counted}${expired > 0 ? `, ${expired} of them expired` : ""}`);
  if (set.length > 0) print(`Options: ${set.join(", ")}`);
  return 0;
}

/** Prints a fresh token's two halves. */
export async function printToken(name: string): Promise<number> {
  const { isTokenName, RIGHT } = await import("../receiver/config_schema.ts");
  const { makeToken } = await import("../receiver/example_config.ts");
  if (!isTokenName(name)) {
    throw new Fault(2, `Cannot make token ${JSON.stringify(name)}: its name must be ${RIGHT.name}`);
  }
  const { token, entry } = makeToken(name);
  const json = JSON.stringify(entry, null, 4).replaceAll("\n", "\n    ");
  print(`\
For the sender's config; it is shown only here:

    "bearer_token": "${token}"

For "tokens" in receiver.json, with the targets that it may write:

    ${json}
`);
  return 0;
}

function cells({ name, targets, expiresMs, limits }: TokenEntry, nowMs: number): string[] {
  const limit = (value: number, text: (value: number) => string = String) =>
    value === Infinity ? "-" : text(value);
  const expires = expiresMs === undefined
    ? "never"
    : new Date(expiresMs).toISOString().replace(".000Z", "Z");
  return [
    name,
    expiresMs !== undefined && expiresMs <= nowMs ? `${expires} (expired)` : expires,
    limit(limits.maxTargets),
    limit(limits.maxBodyBytes, formatSize),
    limit(limits.pushesPerMinute),
    targets?.map(({ text }) => text).join(" ") ?? "all",
  ];
}
