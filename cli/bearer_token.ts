// The receiver's token: from the environment, a file, or systemd's credentials.

import { join } from "@std/path";
import { isToken } from "../protocol/mod.ts";
import { Fault } from "./terminal.ts";

/** The part of the environment that is asked. */
export type Environment = (name: string) => string | undefined;

/** Tells where the token comes from, or fails where there is none, or two. */
export async function findBearerToken(
  env: Environment,
  readTextFile: (path: string) => Promise<string> = Deno.readTextFile,
): Promise<string> {
  const token = env("BEARER_TOKEN");
  const file = env("BEARER_TOKEN_FILE");
  const credentials = env("CREDENTIALS_DIRECTORY");
  if (token && file) {
    throw new Fault(2, "Cannot choose a token: BEARER_TOKEN and BEARER_TOKEN_FILE are both set");
  }
  if (token) return checked(token, "BEARER_TOKEN");
  if (file) return await fromFile(file, "BEARER_TOKEN_FILE");
  // What `receiver install` makes systemd load.
  if (credentials) return await fromFile(join(credentials, "bearer_token"), "systemd's credential");
  throw new Fault(
    2,
    "Cannot start the receiver: no token; set BEARER_TOKEN, or BEARER_TOKEN_FILE to a file's " +
      'path (prompipe sender exampleconfig prints a fresh token as "bearer_token")',
  );

  async function fromFile(path: string, name: string): Promise<string> {
    let text;
    try {
      text = await readTextFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Fault(2, `Cannot read the token of ${name} from "${path}": ${reason}`);
    }
    return checked(text.trim(), `${name}, "${path}",`);
  }
}

function checked(token: string, where: string): string {
  if (isToken(token)) return token;
  const fault = token === "" ? "is empty" : "holds more than visible ASCII characters";
  throw new Fault(2, `Cannot use the token: ${where} ${fault}`);
}
