// `prompipe receiver`.

import {
  openStateDir,
  type Receiver,
  type Reloaded,
  startReceiver,
  type StateDisk,
} from "../receiver/mod.ts";
import { formatSize } from "../protocol/mod.ts";
import { collectGarbage } from "./collect_garbage.ts";
import type { LogFlags, ReceiverFlags, ReceiverFlagsOrigin } from "./command.ts";
import { listen } from "./listener.ts";
import { openPushPort } from "./push_port.ts";
import { openNotifier } from "./notify.ts";
import { onReload, openProcessLog, untilStopped } from "./process.ts";
import { changedOptions, FIRST_STEPS, loadReceiver } from "./receiver_config.ts";
import { processRegistry } from "./registry.ts";
import { Fault } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** Runs a receiver until a signal stops it. */
export async function runReceiver(
  given: ReceiverFlags & LogFlags & ReceiverFlagsOrigin,
): Promise<number> {
  const { flags, tokens, short } = await loadReceiver(given);
  const log = openProcessLog(flags);
  const stopped = untilStopped();
  using notifier = openNotifier((name) => Deno.env.get(name));
  if (short !== undefined) log.warn("token is short", short);
  if (flags.maxBody > flags.maxUnpacked) {
    const [max_body, max_unpacked] = [flags.maxBody, flags.maxUnpacked].map(formatSize);
    log.warn("max_body is too high", { max_body, max_unpacked });
  }
  const started = Promise.withResolvers<Receiver>();
  // Before anybody can know that it runs: a SIGHUP that nobody waits for ends a process.
  onReload(async () => {
    const receiver = await started.promise;
    notifier.reloading();
    receiver.reload(await readAgain());
    notifier.ready();
  });
  const registry = processRegistry();
  const pushPort = await openPushPort(flags, { log, registry });
  const receiver = startReceiver({
    scrapeListen: flags.scrapeListen,
    tokens,
    advertise: flags.advertise,
    sdWarmupMs: flags.sdWarmup,
    maxBodyBytes: flags.maxBody,
    maxUnpackedBytes: flags.maxUnpacked,
    maxTargets: flags.maxTargets,
    maxMemoryBytes: flags.maxMemory,
    defaultTtlMs: flags.defaultTtl,
    forgetAfterMs: flags.forgetAfter,
  }, {
    answerPushes: (handler, admit) => pushPort.answer(handler, admit),
    collectGarbage,
    listen: (name, at, handler) => listen(name, at, { handler, log }),
    log,
    registry,
    disk: stateDisk(flags.stateDir),
    version: VERSION,
  });
  notifier.ready();
  started.resolve(receiver);
  notifier.watch({ standing: "listening", isAlive: () => true });
  log.info("stopping", { signal: await stopped });
  notifier.stopping();
  await receiver.stop();
  return 0;

  async function readAgain(): Promise<Reloaded> {
    try {
      const setup = await loadReceiver(given);
      return { ok: true, tokens: setup.tokens, forRestart: changedOptions(flags, setup.flags) };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const reason = error.message.replace(FIRST_STEPS, "").replace(/\n */g, " ");
      return { ok: false, reason };
    }
  }
}

function stateDisk(path: string | undefined): StateDisk | undefined {
  if (path === undefined) return undefined;
  const opened = openStateDir(path);
  if (!opened.ok) throw new Fault(1, opened.reason);
  return opened.disk;
}
