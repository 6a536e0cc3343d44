// `prompipe sender install` and `receiver install`, and `uninstall` of both.

import { resolve } from "@std/path";
import { installReceiver, installSender, type Outcome, uninstall } from "../systemd/mod.ts";
import type {
  InstallFlags,
  ReceiverFlags,
  ReceiverFlagsOrigin,
  SenderFlags,
  UninstallFlags,
} from "./command.ts";
import { loadConfig } from "./load_config.ts";
import { readReceiver } from "./receiver_config.ts";
import { Fault, print } from "./terminal.ts";
import { thisProgram } from "./this_program.ts";
import { VERSION } from "./version.ts";

/** Installs a sender for the config in use, which has to be without faults. */
export async function runSenderInstall(flags: SenderFlags & InstallFlags): Promise<number> {
  const { config, files } = await loadConfig(flags.config);
  return finish(
    await installSender({
      program: thisProgram(),
      configPath: resolve(flags.config),
      files,
      sockets: config.pairs.flatMap(({ source }) => source.socketPath ?? []),
      unitDir: resolve(flags.unitDir),
      print: flags.print,
      now: flags.now,
      version: VERSION,
      extraArgs: flags.given,
    }),
  );
}

/** Installs a receiver with the options given. */
export async function runReceiverInstall(
  given: ReceiverFlags & ReceiverFlagsOrigin & InstallFlags,
): Promise<number> {
  const { flags, file } = await readReceiver(given);
  if (flags.stateDir !== undefined) {
    throw new Fault(
      2,
      `Cannot install with --state-dir "${flags.stateDir}": leave it out, the service has its own in ` +
        "/var/lib/prompipe-receiver",
    );
  }
  const tokenFile = Deno.env.get("BEARER_TOKEN_FILE");
  return finish(
    await installReceiver({
      program: thisProgram(),
      unitDir: resolve(flags.unitDir),
      print: flags.print,
      now: flags.now,
      version: VERSION,
      extraArgs: flags.given,
      pushPort: flags.pushListen.port,
      scrapePort: flags.scrapeListen.port,
      config: flags.config === undefined
        ? undefined
        : { path: resolve(flags.config), hasTokens: file.tokens.length > 0 },
      bearerToken: Deno.env.get("BEARER_TOKEN") || undefined,
      bearerTokenFile: tokenFile ? resolve(tokenFile) : undefined,
    }),
  );
}

/** Takes back what `install` did. */
export async function runUninstall(
  kind: "sender" | "receiver",
  flags: UninstallFlags,
): Promise<number> {
  return finish(await uninstall(kind, { unitDir: resolve(flags.unitDir), print: flags.print }));
}

function finish(outcome: Outcome): number {
  if (outcome.output) print(outcome.output.trimEnd());
  if (!outcome.ok) throw new Fault(1, outcome.reason);
  return 0;
}
