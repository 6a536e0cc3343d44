// A receiver: two listeners around one store of snapshots.

import type { Registry } from "prom-client";
import type { Target } from "../protocol/mod.ts";
import { BodyBudget } from "./body_budget.ts";
import type { ReceiverFile } from "./config.ts";
import { Conflicts } from "./conflicts.ts";
import { discoveryHandler } from "./discovery.ts";
import { watchEventLoop } from "./event_loop.ts";
import type {
  Handler,
  Listen,
  ListenAddress,
  Listener,
  PushHandler,
  PushRequest,
} from "./listen.ts";
import { LiveSource } from "./live_source.ts";
import type { Log } from "./log.ts";
import { ReceiverMetrics } from "./metrics.ts";
import { ownMetrics } from "./own_metrics.ts";
import { pushHandler } from "./push_handler.ts";
import { RateLimiter } from "./rate.ts";
import type { PushLimits } from "./read_push.ts";
import { type Reloaded, reloader } from "./reload.ts";
import { scrapeHandler } from "./scrape_handler.ts";
import { KeptState, openStateDir, type StateDisk } from "./state/mod.ts";
import { MemoryStore, type StoreLimits } from "./store.ts";
import { Strangers } from "./strangers.ts";
import {
  type AdmitStream,
  type OpenStream,
  type StreamConnection,
  type StreamListener,
  Streams,
  watchStreams,
} from "./stream/mod.ts";
import { targetsApi } from "./targets_api.ts";
import { bearerToken, TokenBook, type TokenEntry } from "./token_book.ts";

export { bearerToken, openStateDir };
export type {
  AdmitStream,
  Handler,
  Listen,
  ListenAddress,
  Listener,
  Log,
  OpenStream,
  PushHandler,
  PushRequest,
  ReceiverFile,
  Reloaded,
  StateDisk,
  StreamConnection,
  StreamListener,
  TokenEntry,
};

/** A receiver's complete configuration. */
export interface ReceiverConfig extends Omit<PushLimits, "bodyTimeoutMs">, StoreLimits {
  readonly scrapeListen: ListenAddress;
  readonly tokens: readonly TokenEntry[];
  /** `HOST:PORT` where Prometheus finds the scrape listener; else what its request names. */
  readonly advertise: string | undefined;
  /** Senders get so long after a start to come back, before the list of targets counts. */
  readonly sdWarmupMs: number;
}

/** What a receiver needs from around it. */
export interface ReceiverOptions {
  /** The push listener, bound already: it starts to answer. */
  readonly answerPushes: (handler: PushHandler, admit: AdmitStream) => Listener;
  readonly listen: Listen;
  /** Called now and then under load, when there is much garbage. */
  readonly collectGarbage: () => void;
  readonly log: Log;
  readonly registry: Registry;
  /** Where targets and snapshots survive the process, which closes it; without one, nowhere. */
  readonly disk?: StateDisk | undefined;
  /** Of the program, for people to see. */
  readonly version: string;
  /** Of the process. */
  readonly residentBytes?: () => number;
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** A receiver at work. */
export interface Receiver extends AsyncDisposable {
  /** Address of the public listener, such as `127.0.0.1:8080`. */
  readonly pushAddress: string;
  /** Address of the private listener. */
  readonly scrapeAddress: string;
  /** Goes on with other tokens, or with those it has; requests under way notice nothing. */
  reload(reloaded: Reloaded): void;
  /** Answers what has arrived. What is still on its way after 8 s is left to the process's end. */
  stop(): Promise<void>;
}

/** Time for a whole body to arrive. */
const BODY_TIMEOUT_MS = 30_000;
/** How long requests under way are waited for when the receiver stops. */
const STOP_TIMEOUT_MS = 8_000;
/**
 * Of the memory for snapshots, streams may hold this much more: bodies under way, and bases,
 * most of which are the very bytes that are stored.
 */
const STREAM_MEMORY_SHARE = 0.5;
const SWEEP_INTERVAL_MS = 10_000;

/**
 * Starts both listeners, and adds the receiver's own metrics to `registry`. What was kept
 * on `disk` is served from the first request on. Throws where an address can't be bound.
 */
export function startReceiver(config: ReceiverConfig, options: ReceiverOptions): Receiver {
  const { answerPushes, listen, log, registry, version, disk } = options;
  const { now = () => performance.now(), clock = Date.now } = options;
  const { residentBytes = () => Deno.memoryUsage().rss } = options;
  const startedMs = now();
  const startedAtMs = clock();
  const store = new MemoryStore(config, { now, changed: (key) => state?.changed(key) });
  const metrics = new ReceiverMetrics(registry, store);
  let state: KeptState | undefined;
  let stopping: Promise<void> | undefined;

  const tokens = new TokenBook(config.tokens, {
    clock,
    expired: (token) => log.warn("token expired", { token }),
  });
  const live = new LiveSource(store);
  const pushing = {
    tokens,
    strangers: new Strangers(now),
    rate: new RateLimiter(now),
    conflicts: new Conflicts(log, now),
    store,
    forget: (target: Target) => live.forget(target),
    limits: { ...config, bodyTimeoutMs: BODY_TIMEOUT_MS },
    bodies: new BodyBudget(options.collectGarbage),
    observer: metrics,
    log,
    now,
    clock,
  };
  const onPush = pushHandler(pushing);
  const streams = new Streams({
    ...pushing,
    live,
    software: `prompipe/${version}`,
    maxMemoryBytes: config.maxMemoryBytes * STREAM_MEMORY_SHARE,
  });
  watchStreams(registry, streams);
  const operated = {
    statuses: () => store.statuses(),
    receiver: () => ({
      version,
      start_timestamp_seconds: startedAtMs / 1000,
      now_timestamp_seconds: clock() / 1000,
      targets: store.countStates(),
      max_targets: config.maxTargets,
      snapshot_bytes: store.bodyBytes,
      max_memory_bytes: config.maxMemoryBytes,
      resident_memory_bytes: residentBytes(),
    }),
    clock,
    advertise: config.advertise,
    pushAddress: () => push.address,
  };
  const onScrape = scrapeHandler({
    source: live,
    discovery: discoveryHandler({
      targets: () => store.targets(),
      advertise: config.advertise,
      isWhole: () => state?.isWhole ?? false,
      warmupMs: () => startedMs + config.sdWarmupMs - now(),
    }),
    observer: metrics,
    ownMetrics: ownMetrics(registry, operated),
    targetsApi: targetsApi(operated),
    page: async (request, path) => {
      // Most receivers are never looked at.
      const { answerPage } = await import("./page/mod.ts");
      return answerPage(request, path, operated);
    },
    notReady: () => stopping === undefined ? undefined : "stopping",
    now,
  });

  if (disk !== undefined) state = new KeptState({ disk, store, log, registry, now, clock });
  const { push, scrape } = listenTwice();
  const sweeper = setInterval(() => store.sweep(), SWEEP_INTERVAL_MS);
  const unwatch = watchEventLoop(now, (delayMs) => metrics.delayed(delayMs));

  function listenTwice(): { readonly push: Listener; readonly scrape: Listener } {
    let push: Listener | undefined;
    try {
      push = answerPushes(onPush, streams.admit);
      return { push, scrape: listen("scrape", config.scrapeListen, onScrape) };
    } catch (error) {
      push?.cut();
      state?.stop();
      throw error;
    }
  }

  function stop(): Promise<void> {
    stopping ??= (async () => {
      clearInterval(sweeper);
      unwatch();
      streams[Symbol.dispose]();
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, STOP_TIMEOUT_MS);
      await Promise.race([tooLong, Promise.allSettled([push.shutdown(), scrape.shutdown()])]);
      clearTimeout(timer);
      await state?.stop();
      log.info("stopped");
    })();
    return stopping;
  }

  return {
    pushAddress: push.address,
    scrapeAddress: scrape.address,
    reload: reloader({ tokens, registry, log, clock }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
