// Tokens to start from: what `receiver exampleconfig` and `receiver token` print.

import { newToken } from "../protocol/mod.ts";
import { sha256 } from "./token_book.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** A token's two halves: one for a sender, one for receiver.json. */
export interface MadeToken {
  readonly token: string;
  readonly entry: { readonly name: string; readonly sha256: string; readonly targets: string[] };
}

/** A fresh token that may write the job of its name. */
export function makeToken(name: string): MadeToken {
  const token = newToken();
  return { token, entry: { name, sha256: sha256(token), targets: [`${name}/*`] } };
}

/** A receiver.json with every key of a token, good for a year, and the token it knows. */
export function exampleConfig(nowMs: number): { readonly token: string; readonly text: string } {
  const { token, entry } = makeToken("greenhouse");
  const tokens = [{
    ...entry,
    targets: [...entry.targets, "*/rpi-*"],
    expires: `${new Date(nowMs + YEAR_MS).toISOString().slice(0, 10)}T00:00:00Z`,
    max_targets: 100,
    max_body: "10MiB",
    pushes_per_minute: 6000,
  }];
  return { token, text: JSON.stringify({ tokens }, null, 4) };
}
