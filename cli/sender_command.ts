// `prompipe sender`.

import type { Logger } from "@logtape/logtape";
import { metricsHandler, type SenderConfig, startSender } from "../sender/mod.ts";
import type { LogFlags, SenderFlags } from "./command.ts";
import { listen, type ListenAddress } from "./listener.ts";
import { loadConfig } from "./load_config.ts";
import { openProcessLog, untilStopped } from "./process.ts";
import { VERSION } from "./version.ts";

/** Runs a sender until a signal stops it. */
export async function runSender(flags: SenderFlags & LogFlags): Promise<number> {
  const config = await loadConfig(flags.config);
  const log = openProcessLog(flags);
  const stopped = untilStopped();
  const metrics = flags.metricsListen && await openMetrics(flags.metricsListen, config, log);
  const sender = startSender(config, {
    log,
    userAgent: `prompipe/${VERSION}`,
    observer: metrics?.observer,
  });
  log.info("stopping", { signal: await stopped });
  await Promise.all([sender.stop(), metrics?.listener.shutdown()]);
  return 0;
}

/** The sender's own metrics. Their library is loaded only by those who ask for them. */
async function openMetrics(at: ListenAddress, config: SenderConfig, log: Logger) {
  const { processRegistry } = await import("./registry.ts");
  const { SenderMetrics } = await import("../sender/metrics.ts");
  const registry = processRegistry();
  const observer = new SenderMetrics(registry, config.pairs);
  const listener = listen("metrics", at, { handler: metricsHandler(registry), log });
  return { observer, listener };
}
