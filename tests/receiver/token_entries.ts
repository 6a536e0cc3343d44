// Tokens as receiver.json brings them.

import { parseTargetPattern } from "../../receiver/target_pattern.ts";
import { sha256, type TokenEntry, type TokenLimits, UNLIMITED } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";

/** What a test says of a token; the rest is as a file that says nothing of it has it. */
export interface EntryOptions extends Partial<TokenLimits> {
  readonly targets?: readonly string[];
  readonly expiresMs?: number;
}

/** A fresh token, and what the receiver knows of it. */
export function makeToken(name: string, options: EntryOptions = {}) {
  const { targets, expiresMs, ...limits } = options;
  const token = randomSecret();
  const entry: TokenEntry = {
    name,
    sha256: sha256(token),
    targets: targets?.map((text) => {
      const pattern = parseTargetPattern(text);
      if (pattern === undefined) throw new Error(`${text} is no pattern`);
      return pattern;
    }),
    expiresMs,
    limits: { ...UNLIMITED, ...limits },
  };
  return { token, entry, authorization: `Bearer ${token}` };
}
