// A sender: a loop for each pair, and what is told of them all.

import {
  type ConfigSurroundings,
  loadConfig,
  type LoadedConfig,
  type SenderConfig,
} from "./config.ts";
import { PutDelivery } from "./delivery.ts";
import { exampleConfig } from "./example_config.ts";
import { createGet } from "./http_source.ts";
import type { Log } from "./log.ts";
import { withBudget } from "./log_budget.ts";
import { type Changes, Loops } from "./loops.ts";
import type { SenderMetrics } from "./metrics.ts";
import { metricsHandler } from "./metrics_handler.ts";
import { observeAll } from "./observers.ts";
import { type OwnMetrics, pairsOf, withOwn } from "./own_pair.ts";
import { type Pair, pairFields, sourceName } from "./pair.ts";
import { Progress } from "./progress.ts";
import { isStreamUrl } from "./put_url.ts";
import { PushTroubles } from "./push_troubles.ts";
import { scrape } from "./scrape.ts";
import type * as stream from "./stream/mod.ts";
import { SpareFiles } from "./spare_files.ts";
import { Summary } from "./summary.ts";
import type { TargetFiles } from "./target_files.ts";
import { type PassObserver, runTargetLoop } from "./target_loop.ts";
import { realTiming } from "./timing.ts";
import { Transports } from "./transports.ts";

export {
  createGet,
  exampleConfig,
  loadConfig,
  metricsHandler,
  pairsOf,
  scrape,
  sourceName,
  Transports,
  withOwn,
};
export type { Finding, RefusedBy, SourceCheck } from "./check_source.ts";
export type { Diagnosis, Finding as DoctorFinding, Level } from "./doctor/mod.ts";
export type {
  ConfigSurroundings,
  LoadedConfig,
  Log,
  OwnMetrics,
  Pair,
  PassObserver,
  SenderConfig,
  SenderMetrics,
  TargetFiles,
};

/** A sender at work. */
export interface Sender extends AsyncDisposable {
  /** Goes over to another config: pairs that stay as they are go on undisturbed. */
  apply(config: Relayed): Promise<Changes>;
  /** Whether no loop has stalled. */
  isAlive(): boolean;
  /** One line on how things stand. */
  readonly standing: string;
  /** Ends all loops; passes under way are cut off. */
  stop(): Promise<void>;
}

type Streaming = Pick<typeof stream, "runOnDemand" | "streamDelivery"> & {
  readonly links: stream.Links;
};

/** The part of a config that a sender runs by. */
export type Relayed = Pick<SenderConfig, "pairs"> & Partial<Pick<SenderConfig, "self">>;

/** What a sender needs from around it. */
export interface SenderOptions {
  readonly log: Log;
  /** As `User-Agent`, to sources and destinations. */
  readonly userAgent: string;
  /** Where proxies for streams are named; nobody: there are none. */
  readonly env?: ((name: string) => string | undefined) | undefined;
  readonly observer?: PassObserver | undefined;
  /** What `self` pipes. */
  readonly ownMetrics?: OwnMetrics | undefined;
}

/** More pairs than this are summed up in the log's first lines, and so are their troubles. */
const MAX_LISTED_PAIRS = 20;
const SUMMARY_INTERVAL_MS = 10 * 60 * 1000;

/** Starts a loop for each pair; the first passes are spread over the interval. */
export function startSender(
  config: Relayed,
  options: SenderOptions,
): Sender {
  const { userAgent } = options;
  const timing = realTiming;
  const log = withBudget(options.log, { linesPerEvent: MAX_LISTED_PAIRS, now: timing.now });
  const summary = new Summary();
  const progress = new Progress(timing.now);
  const troubles = new PushTroubles(log);
  const observer = observeAll([summary, progress, ...options.observer ? [options.observer] : []]);
  const httpGet = createGet();
  const transports = new Transports();
  const files = new SpareFiles({
    closeIdle() {
      httpGet.closeIdle();
      transports.closeIdle();
    },
    now: timing.now,
  });
  const spareGet = files.watch(httpGet);
  const get = options.ownMetrics === undefined ? spareGet : withOwn(spareGet, options.ownMetrics);
  const env = options.env ?? (() => undefined);
  let streaming: Promise<Streaming> | undefined;

  /** What only streams need is loaded with the first of them. */
  async function load(): Promise<Streaming> {
    const stream = await import("./stream/mod.ts");
    return { ...stream, links: new stream.Links({ userAgent, env, timing, log }) };
  }

  const loops = new Loops(async (pair, { firstDelayMs, signal }) => {
    const stream = pair.destinations.some(({ url }) => isStreamUrl(url))
      ? await (streaming ??= load())
      : undefined;
    if (pair.mode === "on_demand" && stream !== undefined) {
      const { links } = stream;
      await stream.runOnDemand(
        pair,
        { get, links, userAgent, observer, log, timing },
        signal,
      );
      return;
    }
    progress.expect(pair, firstDelayMs);
    await runTargetLoop(pair, {
      get,
      deliveryTo(destination) {
        const fetch = files.watch(transports.fetchFor(destination.tls));
        const { timeoutMs } = pair;
        const put = new PutDelivery({ destination, timeoutMs, userAgent, fetch });
        return stream !== undefined && isStreamUrl(destination.url)
          ? stream.streamDelivery({ destination, pair }, { links: stream.links, put })
          : put;
      },
      userAgent,
      clock: risingClock(),
      timing,
      observer,
      troubles,
      log,
    }, { firstDelayMs, signal });
  });
  logPairs(options.log, pairsOf(config));
  let applied = loops.apply(pairsOf(config));
  /** After what was asked for before. */
  function change(pairs: readonly Pair[]): Promise<Changes> {
    return applied = applied.then(() => loops.apply(pairs));
  }
  const summing = setInterval(() => {
    options.log.info("summary", { pairs: loops.pairs.length, ...summary.take() });
  }, SUMMARY_INTERVAL_MS);

  let stopped: Promise<void> | undefined;
  async function apply(wanted: Relayed): Promise<Changes> {
    const changes = await change(stopped === undefined ? pairsOf(wanted) : []);
    for (const pair of changes.removed) {
      summary.forget(pair);
      progress.forget(pair);
    }
    if (changes.removed.length > 0) {
      httpGet.closeUnused(loops.pairs.map(({ source }) => source.tls));
      const ways = loops.pairs.flatMap(({ destinations }) => destinations);
      transports.closeUnused(ways.map(({ tls }) => tls));
    }
    logPairs(options.log, changes.added);
    return changes;
  }

  function stop(): Promise<void> {
    stopped ??= (async () => {
      clearInterval(summing);
      await change([]);
      httpGet[Symbol.dispose]();
      (await streaming)?.links[Symbol.dispose]();
      transports[Symbol.dispose]();
      options.log.info("stopped");
    })();
    return stopped;
  }
  return {
    apply,
    isAlive: () => progress.isMade(),
    get standing() {
      const { length } = loops.pairs;
      return `${length} ${length === 1 ? "pair" : "pairs"}, ${summary.standing}`;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function logPairs(log: Log, pairs: readonly Pair[]): void {
  if (pairs.length > MAX_LISTED_PAIRS || pairs.length === 0) {
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
