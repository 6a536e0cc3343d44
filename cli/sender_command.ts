// `prompipe sender`.

import { metricsHandler, pairsOf, type SenderConfig, startSender } from "../sender/mod.ts";
import type { LogFlags, SenderFlags } from "./command.ts";
import { listen } from "./listener.ts";
import { loadConfig } from "./load_config.ts";
import { openProcessLog, untilStopped } from "./process.ts";
import { VERSION } from "./version.ts";

/** Runs a sender until a signal stops it. */
export async function runSender(flags: SenderFlags & LogFlags): Promise<number> {
  const { config, warnings } = await loadConfig(flags.config);
  const log = openProcessLog(flags);
  for (const reason of warnings) log.warn("targets left out", { reason });
  const stopped = untilStopped();
  const at = flags.metricsListen;
  const metrics = at || config.self ? await openMetrics(config) : undefined;
  const listener = at && metrics &&
    listen("metrics", at, { handler: metricsHandler(metrics.registry), log });
  const sender = startSender(config, {
    log,
    userAgent: `prompipe/${VERSION}`,
    observer: metrics?.observer,
    ownMetrics: metrics?.registry,
  });
  log.info("stopping", { signal: await stopped });
  await Promise.all([sender.stop(), listener?.shutdown()]);
  return 0;
}

/** The sender's own metrics. Their library is loaded only by those who ask for them. */
async function openMetrics(config: SenderConfig) {
  const { processRegistry } = await import("./registry.ts");
  const { SenderMetrics } = await import("../sender/metrics.ts");
  const registry = processRegistry();
  return { registry, observer: new SenderMetrics(registry, pairsOf(config)) };
}
