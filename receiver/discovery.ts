// Tells Prometheus which targets there are: http_sd.
// https://prometheus.io/docs/prometheus/latest/http_sd/

import { type Labels, type Target, targetKey } from "../protocol/mod.ts";
import { textResponse } from "./refusal.ts";

/** Where a target is scraped by query, `?job=…&instance=…`, as well as by its path. */
export const TARGET_QUERY_PATH = "/target";

/** One group of the answer: every target is a group of its own. */
export interface TargetGroup {
  /** The one address to scrape: this receiver's. */
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/** A target, and what its sender declares of it. */
export interface KnownTarget {
  readonly target: Target;
  readonly labels: Labels;
}

/** What discovery works with. */
export interface DiscoveryDependencies {
  /** Every target that is known, silent ones included, in any order. */
  readonly targets: () => Iterable<KnownTarget>;
  /** Where Prometheus finds this receiver; without it, where the request came to. */
  readonly advertise: string | undefined;
  /** Whether the targets of before the start are known, too. */
  readonly isWhole: () => boolean;
  /** Milliseconds that senders still get to come back after the start; 0 or less: they had them. */
  readonly warmupMs: () => number;
}

/**
 * Answers `GET /sd`. While targets may be missing because the receiver has just
 * started, that is 503: Prometheus then keeps the list it has. An empty list would
 * delete every target there, so there is none before a sender has come.
 */
export function discoveryHandler(
  dependencies: DiscoveryDependencies,
): (request: Request) => Response {
  const { targets, advertise, isWhole, warmupMs } = dependencies;
  let hadTargets = false;
  return (request) => {
    const restMs = isWhole() ? 0 : warmupMs();
    if (restMs > 0) {
      const seconds = String(Math.ceil(restMs / 1000));
      const headers = { "Retry-After": seconds };
      return textResponse(503, `just started: the list may be whole in ${seconds}s`, headers);
    }
    const address = advertise ?? request.headers.get("host");
    if (!address) return textResponse(400, "no Host in the request: use --advertise");
    const groups = groupTargets(targets(), address);
    hadTargets ||= groups.length > 0 || isWhole();
    return hadTargets ? Response.json(groups) : textResponse(503, "no sender has pushed yet");
  };
}

/** Prometheus knows a group by its position: the order depends on nothing but the targets. */
export function groupTargets(targets: Iterable<KnownTarget>, address: string): TargetGroup[] {
  return [...targets]
    .map((known) => ({ ...known, key: targetKey(known.target) }))
    .sort((a, b) => a.key < b.key ? -1 : 1)
    .map(({ target, labels }) => ({
      targets: [address],
      labels: { ...labels, ...addressLabels(target), __scheme__: "http", ...target },
    }));
}

/**
 * Prometheus percent-encodes the path by itself and leaves a `/` as it is, so that a
 * name with a slash can't be said in a path, but in a query.
 */
function addressLabels({ job, instance }: Target): Record<string, string> {
  if (!job.includes("/") && !instance.includes("/")) {
    return { __metrics_path__: `/metrics/${job}/${instance}` };
  }
  return { __metrics_path__: TARGET_QUERY_PATH, __param_job: job, __param_instance: instance };
}
