// `prompipe sender install` and `prompipe receiver install`.

import { resolve } from "@std/path";
import { installReceiver, installSender, type Outcome } from "../systemd/mod.ts";
import type { InstallFlags, ReceiverFlags, SenderFlags } from "./command.ts";
import { loadConfig } from "./load_config.ts";
import { Fault, print } from "./terminal.ts";
import { thisProgram } from "./this_program.ts";

/** Installs a sender for the config in use, which has to be without faults. */
export async function runSenderInstall(flags: SenderFlags & InstallFlags): Promise<number> {
  await loadConfig(flags.config);
  return finish(
    await installSender({
      program: thisProgram(),
      configPath: resolve(flags.config),
      unitDir: resolve(flags.unitDir),
      print: flags.print,
      extraArgs: flags.given,
    }),
  );
}

/** Installs a receiver with the options given. */
export async function runReceiverInstall(flags: ReceiverFlags & InstallFlags): Promise<number> {
  const tokenFile = Deno.env.get("BEARER_TOKEN_FILE");
  return finish(
    await installReceiver({
      program: thisProgram(),
      unitDir: resolve(flags.unitDir),
      print: flags.print,
      extraArgs: flags.given,
      pushPort: flags.pushListen.port,
      scrapePort: flags.scrapeListen.port,
      bearerToken: Deno.env.get("BEARER_TOKEN") || undefined,
      bearerTokenFile: tokenFile ? resolve(tokenFile) : undefined,
    }),
  );
}

function finish(outcome: Outcome): number {
  if (!outcome.ok) throw new Fault(1, outcome.reason);
  print(outcome.output.trimEnd());
  return 0;
}
