// The loop of one pair: its passes on their schedule, an outbox for each destination,
// and one log line for each change.

import { formatDuration } from "../protocol/mod.ts";
import { Condition } from "./condition.ts";
import type { Delivery } from "./delivery.ts";
import type { Log } from "./log.ts";
import { type Attempt, Outbox } from "./outbox.ts";
import { type Destination, type Pair, pairFields, sourceName } from "./pair.ts";
import type { PushTrouble, PushTroubles } from "./push_troubles.ts";
import { type Pass, type RelayDependencies, relayOnce } from "./relay.ts";
import { runOnSchedule } from "./schedule.ts";

/** What loops tell of what they do. */
export interface PassObserver {
  passed(pair: Pair, pass: Pass): void;
  skipped(pair: Pair, count: number): void;
  attempted(pair: Pair, destination: Destination, attempt: Attempt): void;
  /** A report never arrived, since a newer one took its place. */
  replaced(pair: Pair, destination: Destination): void;
}

/** What a loop works with. */
export interface LoopDependencies extends Omit<RelayDependencies, "posts"> {
  readonly deliveryTo: (destination: Destination, pair: Pair) => Delivery;
  readonly observer: PassObserver;
  readonly troubles: Pick<PushTroubles, "open">;
  readonly log: Log;
}

interface LoopOptions {
  readonly firstDelayMs: number;
  readonly signal: AbortSignal;
}

/** Relays a pair until the signal aborts. */
export async function runTargetLoop(
  pair: Pair,
  dependencies: LoopDependencies,
  options: LoopOptions,
): Promise<void> {
  const { observer, log, timing } = dependencies;
  const { signal } = options;
  const fields = pairFields(pair);
  const source = new Condition(log, fields, { bad: "scrape failing", good: "scrape recovered" });
  const pace = new Condition(log, fields, { bad: "passes skipped", good: "passes on time" });
  const ways = pair.destinations.map((destination) => ({
    pair,
    destination,
    delivery: dependencies.deliveryTo(destination, pair),
    trouble: dependencies.troubles.open({
      source: sourceName(pair.source),
      destination: destination.url,
    }),
  }));
  const posts = ways.map((way) => openOutbox(way, dependencies, signal));
  let late = false;

  await runOnSchedule({
    ...options,
    intervalMs: pair.intervalMs,
    timing,
    onSkipped(count) {
      observer.skipped(pair, count);
      late = true;
      pace.report(
        `a pass took longer than the interval of ${formatDuration(pair.intervalMs)}`,
      );
    },
  }, async () => {
    let pass;
    try {
      pass = await relayOnce(pair, { ...dependencies, posts }, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error("pass failed", { ...fields, error });
      return;
    }
    observer.passed(pair, pass);
    const { scraped } = pass;
    source.report(
      scraped.ok ? undefined : `${scraped.failure.cause}: ${scraped.failure.detail}`,
    );
    if (!late) pace.report(undefined);
    late = false;
  });
  await Promise.all(posts.map(({ idle }) => idle));
  for (const { delivery, trouble } of ways) {
    delivery.end?.();
    trouble.end();
  }
}

function openOutbox(
  { pair, destination, delivery, trouble }: {
    readonly pair: Pair;
    readonly destination: Destination;
    readonly delivery: Delivery;
    readonly trouble: PushTrouble;
  },
  { observer, log, timing }: LoopDependencies,
  signal: AbortSignal,
): Outbox {
  const fields = { source: sourceName(pair.source), destination: destination.url.href };
  const { intervalMs, timeoutMs } = pair;
  const patienceMs = Math.min(intervalMs, timeoutMs);
  return new Outbox({
    delivery,
    intervalMs,
    timeoutMs,
    timing,
    signal,
    onAttempt(attempt) {
      observer.attempted(pair, destination, attempt);
      const { result, failingMs } = attempt;
      // What gets through a moment later is nobody's trouble.
      if (result.ok || !result.retriable || failingMs >= patienceMs) trouble.report(result);
    },
    onReplaced: () => observer.replaced(pair, destination),
    onFault: (error) => log.error("pass failed", { ...fields, error }),
  });
}
