// The receiver's token for a service: a file that root alone can read, outside the
// unit.

import { dirname } from "node:path";
import { isToken, newToken } from "../protocol/mod.ts";
import { type Failure, failure, isDenied, refusal } from "./failure.ts";
import type { System } from "./system.ts";

/** Where the token lies unless BEARER_TOKEN_FILE names another file. */
export const TOKEN_FILE = "/etc/prompipe/receiver.token";

export interface TokenChoice {
  /** From BEARER_TOKEN, to be kept for the service. */
  readonly bearerToken: string | undefined;
  /** From BEARER_TOKEN_FILE, absolute: the administrator's own, only named. */
  readonly bearerTokenFile: string | undefined;
}

/** Where the service's token is or will be. */
export async function tokenPath(
  choice: TokenChoice,
  system: Pick<System, "stat">,
): Promise<{ readonly ok: true; readonly path: string } | Failure> {
  const { bearerToken, bearerTokenFile: path } = choice;
  if (bearerToken !== undefined && !isToken(bearerToken)) return unusable("BEARER_TOKEN");
  if (path === undefined) return { ok: true, path: TOKEN_FILE };
  if (bearerToken !== undefined) {
    return failure(
      "Cannot choose the receiver's token: BEARER_TOKEN and BEARER_TOKEN_FILE are both set; unset one",
    );
  }
  try {
    if ((await system.stat(path)).kind === "folder") {
      return failure(`Cannot use token file "${path}": is a directory`);
    }
    return { ok: true, path };
  } catch (error) {
    return failure(`Cannot use token file "${path}": ${refusal(error)}`);
  }
}

export interface Provided {
  readonly ok: true;
  /** Where the token is, never what it is. */
  readonly told: string;
  /** Whether a receiver that runs has another one. */
  readonly changed: boolean;
}

/** Sees to it that a token is there. */
export async function provideToken(
  choice: TokenChoice,
  system: System,
): Promise<Provided | Failure> {
  if (choice.bearerTokenFile !== undefined) {
    return {
      ok: true,
      changed: false,
      told: `The token is read from ${choice.bearerTokenFile} at each start`,
    };
  }
  const kept = `Kept the token in ${TOKEN_FILE}; senders need it as their bearer_token`;
  try {
    const before = await text(TOKEN_FILE, system);
    const token = choice.bearerToken ?? (before?.trim() || undefined);
    if (token !== undefined && !isToken(token)) return unusable(`"${TOKEN_FILE}"`);
    if (token !== undefined && before?.trim() === token) {
      return { ok: true, changed: false, told: kept };
    }
    await system.makeFolder(dirname(TOKEN_FILE), 0o755);
    await system.writeText(TOKEN_FILE, `${token ?? newToken()}\n`, 0o600);
    return {
      ok: true,
      changed: true,
      told: token === undefined
        ? `Wrote a new token to ${TOKEN_FILE}; senders need it as their bearer_token`
        : `Wrote the token of BEARER_TOKEN to ${TOKEN_FILE}`,
    };
  } catch (error) {
    const wayOut = isDenied(error) ? "; run it with sudo, or set BEARER_TOKEN_FILE" : "";
    return failure(
      `Cannot write the token to "${TOKEN_FILE}": ${refusal(error)}${wayOut}`,
    );
  }
}

function unusable(where: string): Failure {
  return failure(`Cannot use the token: ${where} holds more than visible ASCII characters`);
}

async function text(path: string, system: System): Promise<string | undefined> {
  try {
    return await system.readText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
