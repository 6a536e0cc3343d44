// How long to wait before a delivery is tried again.

import type { Timing } from "./timing.ts";

const FIRST_BACKOFF_MS = 250;
/** A receiver that asks for more has said something that it can't have meant. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** What a wait depends on. */
export interface Setback {
  /** Attempts that failed one after another, from 1. */
  readonly failures: number;
  readonly intervalMs: number;
  /** What the receiver asked for; `undefined`: nothing. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Exponential backoff with full jitter, from 250 ms up to the interval
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). After what
 * a receiver asked for, which it may have asked of everybody, all of an interval is used
 * to come back.
 */
export function backoffMs(setback: Setback, random: Timing["random"]): number {
  const { failures, intervalMs, retryAfterMs } = setback;
  if (retryAfterMs !== undefined) {
    return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + random() * intervalMs;
  }
  return random() * Math.min(intervalMs, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which is compared with the
 * receiver's own `Date` where there is one. `undefined` where it says nothing, or nonsense.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const atMs = /^[A-Z][a-z]+, /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(atMs)) return undefined;
  const sentMs = Date.parse(headers.get("date") ?? "");
  return Math.max(0, atMs - (Number.isNaN(sentMs) ? nowMs : sentMs));
}
