// A receiver's own config, in its service: how it gets there, and whether it holds the tokens.

import { configReach, type FileReach } from "./config_reach.ts";
import type { Failure } from "./failure.ts";
import type { System } from "./system.ts";
import { TOKEN_FILE, type TokenChoice } from "./token.ts";

export interface ReceiverConfigOptions extends TokenChoice {
  /** Its config, absolute, where it has one; `hasTokens`: it needs no other. */
  readonly config: { readonly path: string; readonly hasTokens: boolean } | undefined;
}

const NO_CONFIG: FileReach = { ok: true, binds: [], covers: [], credentials: [] };

/** For a person, where the service has no more than a copy. */
export const COPIED =
  "The service gets a copy of the config at each start: restart it after an edit. Where others may " +
  "read the file (it holds no secret) and its folder, a reload is enough";

/** How the service reaches its config. */
export async function receiverConfigReach(
  { config }: ReceiverConfigOptions,
  system: System,
): Promise<FileReach | Failure> {
  return config === undefined ? NO_CONFIG : await configReach(config.path, system);
}

/**
 * Whether the service gets a token beside those of its config. One that was made for an
 * earlier installation stays good: senders may have it.
 */
export async function needsToken(
  { config, bearerToken, bearerTokenFile }: ReceiverConfigOptions,
  system: System,
): Promise<boolean> {
  if (!config?.hasTokens || bearerToken !== undefined || bearerTokenFile !== undefined) return true;
  return await system.stat(TOKEN_FILE).then(() => true, () => false);
}
