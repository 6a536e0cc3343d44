// `GET /api/v1/targets`: every target with its state, for programs and for the page.

import { targetKey } from "../protocol/mod.ts";
import { requestQuery } from "./path.ts";
import { textResponse } from "./refusal.ts";
import type { StateCounts } from "./store.ts";
import { streamResponse } from "./stream_response.ts";
import { targetJson } from "./target_json.ts";
import type { TargetStatus } from "./target_status.ts";

/** The receiver itself, as the API and the page show it. */
export interface ReceiverJson {
  readonly version: string;
  readonly start_timestamp_seconds: number;
  readonly now_timestamp_seconds: number;
  readonly targets: StateCounts;
  readonly max_targets: number;
  readonly snapshot_bytes: number;
  readonly max_memory_bytes: number;
  readonly resident_memory_bytes: number;
}

/** What the API tells of. */
export interface TargetsDependencies {
  /** In any order. */
  readonly statuses: () => Iterable<TargetStatus>;
  readonly receiver: () => ReceiverJson;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Answers with all targets by job and instance; `?history=no` leaves their last hour out. */
export function targetsApi(dependencies: TargetsDependencies): (request: Request) => Response {
  const { statuses, receiver, clock } = dependencies;
  return (request) => {
    const wanted = requestQuery(request).get("history") ?? "yes";
    if (wanted !== "yes" && wanted !== "no") {
      return textResponse(400, `"history" must be yes or no`);
    }
    const options = { epochMs: clock(), history: wanted === "yes" };
    const sorted = sortStatuses(statuses());

    function* pieces(): Generator<string> {
      yield `{"receiver":${JSON.stringify(receiver())},"targets":[`;
      for (const [index, status] of sorted.entries()) {
        yield (index === 0 ? "\n" : ",\n") + JSON.stringify(targetJson(status, options));
      }
      yield "\n]}\n";
    }
    return streamResponse(request, pieces(), {
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
    });
  };
}

/** By job and instance. */
export function sortStatuses(statuses: Iterable<TargetStatus>): TargetStatus[] {
  return [...statuses]
    .map((status) => ({ status, key: targetKey(status.target) }))
    .sort((a, b) => a.key < b.key ? -1 : 1)
    .map(({ status }) => status);
}
