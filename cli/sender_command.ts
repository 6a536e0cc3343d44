// `prompipe sender`.

import { resolve } from "@std/path";
import { metricsHandler, startSender } from "../sender/mod.ts";
import { collectRegularly } from "./collect_garbage.ts";
import type { LogFlags, SenderFlags } from "./command.ts";
import { LateMetrics } from "./late_metrics.ts";
import { listen } from "./listener.ts";
import { loadConfig, readConfig } from "./load_config.ts";
import { openNotifier } from "./notify.ts";
import { onReload, openProcessLog, untilStopped } from "./process.ts";
import { ConfigReloader } from "./reload_config.ts";
import { credentialOf } from "./read_file.ts";
import { VERSION } from "./version.ts";
import { type FileStamp, stampOf, watchFiles } from "./watch_files.ts";

/** Runs a sender until a signal stops it. */
export async function runSender(flags: SenderFlags & LogFlags): Promise<number> {
  const stamps = new Map<string, FileStamp>();
  const loaded = await loadConfig(flags.config, {
    onRead: async (path) => void stamps.set(path, await stampOf(path)),
  });
  const { config, warnings } = loaded;
  const log = openProcessLog(flags);
  for (const reason of warnings) log.warn("targets left out", { reason });
  const stopped = untilStopped();
  const stopping = new AbortController();
  using _collecting = collectRegularly();
  using notifier = openNotifier((name) => Deno.env.get(name));
  const started = Promise.withResolvers<ConfigReloader>();
  // Before anybody can know that it runs: a SIGHUP that nobody waits for ends a process.
  onReload(async () => {
    const reloader = await started.promise;
    notifier.reloading();
    await reloader.reload();
    notifier.ready();
  });

  const metrics = new LateMetrics();
  if (flags.metricsListen || config.self) await metrics.open(config);
  const listener = flags.metricsListen &&
    listen("metrics", flags.metricsListen, { handler: metricsHandler(metrics), log });
  const sender = startSender(config, {
    log,
    userAgent: `prompipe/${VERSION}`,
    env: (name) => Deno.env.get(name),
    observer: metrics,
    ownMetrics: metrics,
  });

  const reloader = new ConfigReloader(loaded, {
    read: (before) => readConfig(flags.config, { before }),
    sender,
    metrics,
    log,
    unseen: await whyUnseen(flags.config),
  });
  const watching = watchFiles({
    paths: () => [resolve(flags.config), ...reloader.files],
    first: stamps,
    onChange: () => reloader.reload(),
    signal: stopping.signal,
  });
  notifier.ready();
  started.resolve(reloader);
  notifier.watch(sender);

  log.info("stopping", { signal: await stopped });
  notifier.stopping();
  stopping.abort();
  await Promise.all([watching, sender.stop(), listener?.shutdown()]);
  return 0;
}

/** What systemd hands over as a credential is a copy, made when the service started. */
async function whyUnseen(config: string): Promise<string | undefined> {
  return await credentialOf(resolve(config)) === undefined
    ? undefined
    : "systemd gave a copy of the config: restart the service after an edit";
}
