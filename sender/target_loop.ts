// The loop of one pair: its passes on their schedule, and one log line for each change.

import { formatDuration } from "../protocol/mod.ts";
import { Condition } from "./condition.ts";
import type { Log } from "./log.ts";
import { type Pair, pairFields } from "./pair.ts";
import { type Pass, type RelayDependencies, relayOnce } from "./relay.ts";
import { runOnSchedule } from "./schedule.ts";

/** What loops tell of their passes, for the sender's own metrics. */
export interface PassObserver {
  passed(pair: Pair, pass: Pass): void;
  skipped(pair: Pair, count: number): void;
}

/** What a loop works with. */
export interface LoopDependencies extends RelayDependencies {
  readonly observer: PassObserver;
  readonly log: Log;
}

/** Relays a pair until the signal aborts. */
export async function runTargetLoop(
  pair: Pair,
  dependencies: LoopDependencies,
  options: { readonly firstDelayMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { observer, log } = dependencies;
  const { signal } = options;
  const fields = pairFields(pair);
  const source = new Condition(log, fields, { bad: "scrape failing", good: "scrape recovered" });
  const push = new Condition(log, fields, { bad: "push failing", good: "push recovered" });
  const pace = new Condition(log, fields, { bad: "passes skipped", good: "passes on time" });
  let late = false;

  await runOnSchedule({
    ...options,
    intervalMs: pair.intervalMs,
    now: () => performance.now(),
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
      pass = await relayOnce(pair, dependencies, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error("pass failed", { ...fields, error });
      return;
    }
    observer.passed(pair, pass);
    const { scraped, delivered } = pass;
    source.report(
      scraped.ok ? undefined : `${scraped.failure.cause}: ${scraped.failure.detail}`,
    );
    push.report(delivered.ok ? undefined : delivered.reason);
    if (!late) pace.report(undefined);
    late = false;
  });
}
