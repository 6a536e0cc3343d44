// The headers of a push: what they are called and how they are written.

import { type Labels, parseLabels, writeLabels } from "./labels.ts";

/** Content type of a push that reports a failure instead of carrying a snapshot (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** What a push says of itself; `undefined` where it doesn't say. */
export interface PushHeaders {
  /** How long this snapshot may be served. */
  readonly ttlMs?: number | undefined;
  /** When the source answered, since 1970 by the sender's clock. */
  readonly scrapedAtMs?: number | undefined;
  /** How long until the next one is due. */
  readonly intervalMs?: number | undefined;
  /** What `/sd` says of the target beside its job and instance. */
  readonly labels?: Labels | undefined;
}

/** Either the headers, or one line on which of them is wrong. */
export type ReadPushHeaders =
  | ({ readonly ok: true } & PushHeaders)
  | { readonly ok: false; readonly reason: string };

const TTL = "Prompipe-Ttl";
const SCRAPED_AT = "Prompipe-Scraped-At";
const INTERVAL = "Prompipe-Interval";
const LABELS = "Prompipe-Labels";
/** The longest time to live. */
export const MAX_TTL_MS = 30 * 24 * 60 * 60 * 1000;
const SECONDS = /^\d{1,10}(\.\d{1,9})?$/;

/** The headers to send: times in seconds with up to three decimals, labels where there are any. */
export function writePushHeaders(push: PushHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  if (push.ttlMs !== undefined) headers[TTL] = seconds(push.ttlMs);
  if (push.scrapedAtMs !== undefined) {
    headers[SCRAPED_AT] = seconds(push.scrapedAtMs);
  }
  if (push.intervalMs !== undefined) {
    headers[INTERVAL] = seconds(push.intervalMs);
  }
  const labels = writeLabels(push.labels ?? {});
  if (labels !== "") headers[LABELS] = labels;
  return headers;
}

/** Reads what {@linkcode writePushHeaders} writes. A time to live of 0, or of over 30 days, is refused. */
export function readPushHeaders(headers: Pick<Headers, "get">): ReadPushHeaders {
  const ttlMs = readMs(headers, TTL);
  const scrapedAtMs = readMs(headers, SCRAPED_AT);
  const intervalMs = readMs(headers, INTERVAL);
  if (ttlMs !== undefined && !(ttlMs > 0 && ttlMs <= MAX_TTL_MS)) {
    return wrong(TTL, "a number of seconds above 0, up to 30 days of them");
  }
  if (Number.isNaN(scrapedAtMs)) return wrong(SCRAPED_AT, "seconds since 1970");
  if (Number.isNaN(intervalMs)) return wrong(INTERVAL, "a number of seconds");
  const written = headers.get(LABELS);
  if (written === null) return { ok: true, ttlMs, scrapedAtMs, intervalMs, labels: undefined };
  // How HTTP joins headers of one name; a query string has its blanks encoded.
  if (written.includes(", ")) return { ok: false, reason: `${LABELS} is there twice` };
  const read = parseLabels(written);
  if (!read.ok) return { ok: false, reason: `${LABELS} ${read.reason}` };
  return { ok: true, ttlMs, scrapedAtMs, intervalMs, labels: read.labels };
}

function seconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

function readMs(headers: Pick<Headers, "get">, name: string): number | undefined {
  const value = headers.get(name);
  if (value === null) return undefined;
  return SECONDS.test(value) ? Math.round(Number(value) * 1e6) / 1e3 : NaN;
}

function wrong(name: string, right: string): ReadPushHeaders {
  return { ok: false, reason: `${name} is not ${right}` };
}
