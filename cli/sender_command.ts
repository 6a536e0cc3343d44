// `prompipe sender`.

import { metricsHandler, type SenderConfig, startSender } from "../sender/mod.ts";
import type { LogFlags, SenderFlags } from "./command.ts";
import { listen } from "./listener.ts";
import { loadConfig } from "./load_config.ts";
import { openProcessLog, untilStopped } from "./process.ts";
import { VERSION } from "./version.ts";

/** Runs a sender until a signal stops it. */
export async function runSender(flags: SenderFlags & LogFlags): Promise<number> {
  const config = await loadConfig(flags.config);
  const log = openProcessLog(flags);
  const stopped = untilStopped();
  const { metricsListen } = flags;
  const metrics = metricsListen && await loadMetrics(config);
  const listener = metricsListen && metrics &&
    listen("metrics", metricsListen, { handler: metricsHandler(metrics), log });
  const sender = startSender(config, { log, userAgent: `prompipe/${VERSION}`, observer: metrics });
  log.info("stopping", { signal: await stopped });
  await Promise.all([sender.stop(), listener?.shutdown()]);
  return 0;
}

/** The client library is loaded only by those who ask for metrics. */
async function loadMetrics(config: SenderConfig) {
  const { SenderMetrics } = await import("../sender/metrics.ts");
  return new SenderMetrics(VERSION, config.pairs);
}
