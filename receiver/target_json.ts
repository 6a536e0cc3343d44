// One target as the API and the page show it. docs/targets.schema.json says what each
// member means.

import type { Cause, Labels } from "../protocol/mod.ts";
import type { Arrival } from "./push.ts";
import { isClockOff, type PushCounts, type TargetStatus } from "./target_status.ts";

/** A target's last hour, a value for each minute, the oldest first. */
export interface HistoryJson {
  readonly age_seconds: readonly (number | null)[];
  readonly sent_bytes: readonly (number | null)[];
}

/** Names and units are those of the metrics. */
export interface TargetJson {
  readonly job: string;
  readonly instance: string;
  readonly labels: Labels;
  readonly arrival: Arrival;
  readonly state: TargetStatus["state"];
  readonly cause: Cause | null;
  readonly reason: string | null;
  readonly last_push_timestamp_seconds: number;
  readonly age_seconds: number;
  readonly ttl_seconds: number;
  readonly interval_seconds: number | null;
  readonly sent_bytes: number;
  readonly unpacked_bytes: number | null;
  readonly sender: {
    readonly token: string;
    readonly address: string;
    readonly user_agent: string;
  };
  readonly clock_offset_seconds: number | null;
  readonly clock_off: boolean;
  readonly last_scrape_timestamp_seconds: number | null;
  readonly scrape_interval_seconds: number | null;
  readonly pushes: PushCounts;
  readonly history?: HistoryJson;
}

/** `epochMs` is now, in milliseconds since 1970. */
export function targetJson(
  status: TargetStatus,
  { epochMs, history }: { readonly epochMs: number; readonly history: boolean },
): TargetJson {
  const { target, push, counts, state, down, ageMs, sinceScrapeMs, scrapeIntervalMs } = status;
  const { labels, sender } = push;
  return {
    job: target.job,
    instance: target.instance,
    labels,
    arrival: push.arrival,
    state,
    cause: down?.cause ?? null,
    reason: down?.reason ?? null,
    last_push_timestamp_seconds: seconds(epochMs - ageMs),
    age_seconds: seconds(ageMs),
    ttl_seconds: seconds(push.ttlMs),
    interval_seconds: secondsOrNull(push.intervalMs),
    sent_bytes: push.sentBytes,
    unpacked_bytes: status.unpackedBytes ?? null,
    sender: { token: sender.token, address: sender.address, user_agent: sender.userAgent },
    clock_offset_seconds: secondsOrNull(push.clockAheadMs),
    clock_off: isClockOff(push),
    last_scrape_timestamp_seconds: secondsOrNull(
      sinceScrapeMs === undefined ? undefined : epochMs - sinceScrapeMs,
    ),
    scrape_interval_seconds: secondsOrNull(scrapeIntervalMs),
    pushes: counts,
    ...(history ? { history: historyJson(status) } : {}),
  };
}

function historyJson(status: TargetStatus): HistoryJson {
  const { agesMs, sentBytes } = status.history();
  const age_seconds = agesMs.map((ageMs) => ageMs === null ? null : Math.round(ageMs / 10) / 100);
  return { age_seconds, sent_bytes: sentBytes };
}

/** To the millisecond. */
function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function secondsOrNull(ms: number | undefined): number | null {
  return ms === undefined ? null : seconds(ms);
}
