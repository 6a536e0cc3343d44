// `GET /metrics`: the receiver's own metrics, then those of each target.

import type { Registry } from "prom-client";
import { streamResponse } from "./stream_response.ts";
import { targetMetrics } from "./target_metrics.ts";
import { sortStatuses, type TargetsDependencies } from "./targets_api.ts";

/** Answers a scrape of the receiver itself. */
export function ownMetrics(
  registry: Registry,
  { statuses, clock }: Pick<TargetsDependencies, "statuses" | "clock">,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const own = await registry.metrics();
    const sorted = sortStatuses(statuses());
    const epochMs = clock();

    function* pieces(): Generator<string> {
      yield own;
      yield* targetMetrics(sorted, epochMs);
    }
    return streamResponse(request, pieces(), { "Content-Type": registry.contentType });
  };
}
