// The receiver's token: from the environment, a file, or systemd's credentials.

import { join } from "@std/path";
import { isToken } from "../protocol/mod.ts";
import { fileFault } from "./file_fault.ts";
import { Fault } from "./terminal.ts";

/** The part of the environment that is asked. */
export type Environment = (name: string) => string | undefined;

/** The token, or `undefined` where there is none; fails where there are two. */
export async function findBearerToken(
  env: Environment,
  readTextFile: (path: string) => Promise<string> = Deno.readTextFile,
): Promise<string | undefined> {
  const token = env("BEARER_TOKEN");
  const file = env("BEARER_TOKEN_FILE");
  const credentials = env("CREDENTIALS_DIRECTORY");
  if (token && file) {
    throw new Fault(
      2,
      "Cannot choose a token: BEARER_TOKEN and BEARER_TOKEN_FILE are both set; unset one",
    );
  }
  if (token) return checked(token, "BEARER_TOKEN");
  if (file) return await fromFile(file, "BEARER_TOKEN_FILE");
  if (!credentials) return undefined;
  // What `receiver install` makes systemd load.
  const path = join(credentials, "bearer_token");
  return await fromFile(path, "systemd's credential", { optional: true });

  async function fromFile(
    path: string,
    name: string,
    { optional = false } = {},
  ): Promise<string | undefined> {
    let text;
    try {
      text = await readTextFile(path);
    } catch (error) {
      if (optional && error instanceof Deno.errors.NotFound) return undefined;
      throw new Fault(2, `Cannot read the token of ${name} from "${path}": ${fileFault(error)}`);
    }
    return checked(text.trim(), `${name}, "${path}",`);
  }
}

function checked(token: string, where: string): string {
  if (isToken(token)) return token;
  const fault = token === "" ? "is empty" : "holds more than visible ASCII characters";
  throw new Fault(2, `Cannot use the token: ${where} ${fault}`);
}
