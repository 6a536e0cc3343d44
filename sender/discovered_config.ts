// Writes what was discovered into the text of a config, and leaves all else as it stands.

import { applyEdits, type FormattingOptions, modify } from "jsonc-parser";
import { newToken, targetPath } from "../protocol/mod.ts";
import { parseConfigJson } from "../protocol/json.ts";

/** A pair to be written. */
export interface NewPair {
  readonly source: string;
  readonly job: string;
  readonly instance: string;
}

/** A config with the pairs in it, or why there can't be one. */
export type ExtendedConfig =
  | {
    readonly ok: true;
    readonly text: string;
    readonly added: readonly { readonly source: string; readonly destination: string }[];
  }
  | { readonly ok: false; readonly fault: string };

/** Where the pairs go if nobody says. */
const EXAMPLE_RECEIVER = "https://receiver.example.com";
const INDENT = 4;
const DESTINATION = /^(.*)\/metrics\/[^/]+\/[^/]+$/;

/**
 * Adds the pairs whose source is not in the config yet. `text` is `undefined` where there
 * is no config: then there is one with a fresh token. `receiver` is the URL before
 * `/metrics/{job}/{instance}`; if it isn't given, that of the config's first pair.
 */
export function extendConfig(
  text: string | undefined,
  pairs: readonly NewPair[],
  receiver: string | undefined,
): ExtendedConfig {
  const known = readPairs(text);
  if (!known.ok) return known;
  const before = known.destinations.map((each) => DESTINATION.exec(each)?.[1])
    .find((each) => each !== undefined);
  const base = (receiver ?? before ?? EXAMPLE_RECEIVER).replace(/\/+$/, "");
  const sources = new Set(known.sources.map(sameHost));
  const taken = new Set(known.destinations);
  const added = pairs.filter(({ source }) => !sources.has(sameHost(source)))
    .map(({ source, ...target }) => ({ source, destination: base + targetPath(target) }))
    .filter(({ destination }) => !taken.has(destination));
  if (text === undefined) {
    const config = { bearer_token: newToken(), pairs: added };
    return { ok: true, added, text: `${JSON.stringify(config, null, INDENT)}\n` };
  }
  const formattingOptions = formatting(text);
  let extended = text;
  for (const [index, pair] of added.entries()) {
    const path = ["pairs", known.sources.length + index];
    const edits = modify(extended, path, pair, { formattingOptions, isArrayInsertion: true });
    extended = applyEdits(extended, edits);
  }
  return { ok: true, added, text: extended };
}

type KnownPairs =
  | {
    readonly ok: true;
    readonly sources: readonly string[];
    readonly destinations: readonly string[];
  }
  | { readonly ok: false; readonly fault: string };

function readPairs(text: string | undefined): KnownPairs {
  if (text === undefined) return { ok: true, sources: [], destinations: [] };
  const parsed = parseConfigJson(text);
  if (!parsed.ok) return parsed;
  if (!isRecord(parsed.value)) return { ok: false, fault: 'is not {"pairs": […]}' };
  const pairs = parsed.value["pairs"] ?? [];
  if (!Array.isArray(pairs)) return { ok: false, fault: '"pairs" is not a list' };
  const records = pairs.map((pair) => isRecord(pair) ? pair : {});
  return {
    ok: true,
    sources: records.map((pair) => String(pair["source"])),
    destinations: records.flatMap((pair) => pair["destination"]).map(String),
  };
}

/** A source may be written by any of this machine's names for itself. */
function sameHost(source: string): string {
  const url = URL.parse(source);
  if (url === null) return source;
  if (["localhost", "[::1]"].includes(url.hostname)) url.hostname = "127.0.0.1";
  return url.href;
}

/** As most of the file is written. */
function formatting(text: string): FormattingOptions {
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? " ".repeat(INDENT);
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
