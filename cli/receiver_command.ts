// `prompipe receiver`.

import {
  bearerToken as tokenEntry,
  openStateDir,
  startReceiver,
  type StateDisk,
} from "../receiver/mod.ts";
import { findBearerToken } from "./bearer_token.ts";
import type { LogFlags, ReceiverFlags } from "./command.ts";
import { listen } from "./listener.ts";
import { openPushPort } from "./push_port.ts";
import { openNotifier } from "./notify.ts";
import { openProcessLog, untilStopped } from "./process.ts";
import { processRegistry } from "./registry.ts";
import { Fault } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** A token shorter than this can be guessed. */
const MIN_TOKEN_LENGTH = 16;

/** Runs a receiver until a signal stops it. */
export async function runReceiver(flags: ReceiverFlags & LogFlags): Promise<number> {
  const bearerToken = await findBearerToken((name) => Deno.env.get(name));
  const log = openProcessLog(flags);
  const stopped = untilStopped();
  using notifier = openNotifier((name) => Deno.env.get(name));
  if (bearerToken.length < MIN_TOKEN_LENGTH) {
    log.warn("token is short", { characters: bearerToken.length, better: MIN_TOKEN_LENGTH });
  }
  const registry = processRegistry();
  const pushPort = await openPushPort(flags, { log, registry });
  const receiver = startReceiver({
    scrapeListen: flags.scrapeListen,
    tokens: [tokenEntry(bearerToken)],
    advertise: flags.advertise,
    sdWarmupMs: flags.sdWarmup,
    maxBodyBytes: flags.maxBody,
    maxUnpackedBytes: flags.maxUnpacked,
    maxTargets: flags.maxTargets,
    maxMemoryBytes: flags.maxMemory,
    defaultTtlMs: flags.defaultTtl,
    forgetAfterMs: flags.forgetAfter,
  }, {
    answerPushes: (handler) => pushPort.answer(handler),
    listen: (name, at, handler) => listen(name, at, { handler, log }),
    log,
    registry,
    disk: stateDisk(flags.stateDir),
    version: VERSION,
  });
  notifier.ready();
  notifier.watch({ standing: "listening", isAlive: () => true });
  log.info("stopping", { signal: await stopped });
  notifier.stopping();
  await receiver.stop();
  return 0;
}

function stateDisk(path: string | undefined): StateDisk | undefined {
  if (path === undefined) return undefined;
  const opened = openStateDir(path);
  if (!opened.ok) throw new Fault(1, opened.reason);
  return opened.disk;
}
