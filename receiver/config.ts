// receiver.json: the text of a file in, tokens and options or every fault out.

import * as v from "valibot";
import { isRecord } from "../protocol/config_path.ts";
import { parseConfigJson } from "../protocol/json.ts";
import { describeIssue, findDuplicates } from "./config_faults.ts";
import { type OptionKinds, receiverFile, type Token } from "./config_schema.ts";
import type { TokenEntry } from "./token_book.ts";

/** What a receiver.json says. */
export interface ReceiverFile {
  readonly tokens: readonly TokenEntry[];
  /** Values of options by their names in the file, for those that stand there. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A file, or what is wrong: one line for each fault, none with a secret in it. */
export type ParsedReceiverFile =
  | { readonly ok: true; readonly file: ReceiverFile }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads the text of a receiver.json, where these options may stand beside the tokens. */
export function parseReceiverFile(text: string, options: OptionKinds): ParsedReceiverFile {
  const json = parseConfigJson(text);
  if (!json.ok) return { ok: false, faults: [json.fault] };
  if (!isRecord(json.value)) return { ok: false, faults: ['must hold {"tokens": […]}'] };
  const result = v.safeParse(receiverFile(options), json.value);
  const faults = [
    ...(result.issues ?? []).flatMap((issue) =>
      describeIssue(issue, { json: json.value, options })
    ),
    ...findDuplicates(json.value),
  ];
  if (!result.success || faults.length > 0) return { ok: false, faults };
  const { tokens, ...set } = result.output;
  return { ok: true, file: { tokens: tokens.map(tokenEntry), options: set } };
}

function tokenEntry(token: Token): TokenEntry {
  return {
    name: token.name,
    sha256: token.sha256,
    targets: token.targets,
    expiresMs: token.expires,
    limits: {
      maxTargets: token.max_targets ?? Infinity,
      maxBodyBytes: token.max_body ?? Infinity,
      pushesPerMinute: token.pushes_per_minute ?? Infinity,
    },
  };
}
