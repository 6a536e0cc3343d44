// A sender: a loop for each pair.

import {
  type ConfigSurroundings,
  loadConfig,
  type LoadedConfig,
  type SenderConfig,
} from "./config.ts";
import { DeliverToAll } from "./deliver_to_all.ts";
import { PutDelivery } from "./delivery.ts";
import { exampleConfig } from "./example_config.ts";
import { createGet } from "./http_source.ts";
import type { Log } from "./log.ts";
import { metricsHandler } from "./metrics_handler.ts";
import { type Destination, type Pair, pairFields, sourceName } from "./pair.ts";
import { spread } from "./schedule.ts";
import { scrape } from "./scrape.ts";
import { type PassObserver, runTargetLoop } from "./target_loop.ts";
import { Transports } from "./transports.ts";

export { createGet, exampleConfig, loadConfig, metricsHandler, scrape, sourceName };
export type { ConfigSurroundings, LoadedConfig, Log, Pair, PassObserver, SenderConfig };

/** A sender at work. */
export interface Sender extends AsyncDisposable {
  /** Ends all loops; passes under way are cut off. */
  stop(): Promise<void>;
}

/** What a sender needs from around it. */
export interface SenderOptions {
  readonly log: Log;
  /** As `User-Agent`, to sources and destinations. */
  readonly userAgent: string;
  readonly observer?: PassObserver | undefined;
}

/** More pairs than this are summed up in the log's first lines. */
const MAX_LISTED_PAIRS = 20;

/** Starts a loop for each pair; the first passes are spread over the interval. */
export function startSender(
  config: Pick<SenderConfig, "pairs">,
  options: SenderOptions,
): Sender {
  const { log, userAgent, observer = { passed() {}, skipped() {} } } = options;
  const { pairs } = config;
  const stopping = new AbortController();
  const get = createGet();
  const transports = new Transports();

  logStart(log, pairs);
  const delays = spread(pairs.map((pair) => pair.intervalMs));
  const loops = pairs.map((pair, index) => {
    const { timeoutMs, destinations: [first, ...others] } = pair;
    const put = (destination: Destination) =>
      new PutDelivery({
        destination,
        timeoutMs,
        userAgent,
        fetch: transports.fetchFor(destination.tls),
      });
    const delivery = new DeliverToAll([put(first), ...others.map(put)]);
    return runTargetLoop(
      pair,
      { get, delivery, userAgent, clock: risingClock(), observer, log },
      { firstDelayMs: delays[index] ?? 0, signal: stopping.signal },
    );
  });

  let stopped: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopped ??= (async () => {
      stopping.abort();
      await Promise.all(loops);
      get[Symbol.dispose]();
      transports[Symbol.dispose]();
      log.info("stopped");
    })();
    return stopped;
  }
  return { stop, [Symbol.asyncDispose]: stop };
}

function logStart(log: Log, pairs: readonly Pair[]): void {
  if (pairs.length > MAX_LISTED_PAIRS) {
    log.info("piping", { pairs: pairs.length });
    return;
  }
  for (const pair of pairs) {
    log.info("piping", pairFields(pair));
  }
}

/** The wall clock, held where it would step back: a later scrape must never look older. */
function risingClock(): () => number {
  let lastMs = 0;
  return () => lastMs = Math.max(lastMs + 1, Date.now());
}
