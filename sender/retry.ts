// Delivers again what didn't get through, while it is still the newest there is.

import { setTimeout as wait } from "node:timers/promises";
import type { Delivery, DeliveryResult } from "./delivery.ts";
import type { Report } from "./report.ts";

const FIRST_BACKOFF_MS = 250;

/** A delivery's result, and how many attempts it took. */
export type PersistentResult = DeliveryResult & { readonly attempts: number };

/** How long to go on. */
export interface RetryOptions {
  /** A moment by `performance.now()` after which no attempt starts: the next pass is due. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Delivers; after a failure that may pass, tries again with exponential backoff and
 * full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export async function deliverPersistently(
  delivery: Delivery,
  report: Report,
  options: RetryOptions,
): Promise<PersistentResult> {
  const { untilMs, signal, random = Math.random } = options;
  for (let attempts = 1;; attempts++) {
    const result = await delivery.deliver(report, signal);
    if (result.ok || !result.retriable || signal.aborted) return { ...result, attempts };
    const backoffMs = random() * FIRST_BACKOFF_MS * 2 ** (attempts - 1);
    if (performance.now() + backoffMs >= untilMs) return { ...result, attempts };
    try {
      await wait(backoffMs, undefined, { signal });
    } catch {
      return { ...result, attempts };
    }
  }
}
