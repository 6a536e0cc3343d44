// A pair of the sender, complete.

import type { Destination, Pair, Source } from "../../sender/pair.ts";
import { randomSecret } from "./random_secret.ts";

/** A pair with a token of its own; what matters to a test is overridden. */
export function makePair(overrides: Partial<Pair> = {}): Pair {
  return {
    source: makeSource(),
    destinations: [makeDestination()],
    labels: {},
    intervalMs: 4_000,
    timeoutMs: 10_000,
    maxBodyBytes: 2 ** 20,
    mode: "push",
    paramsAllowed: [],
    ...overrides,
  };
}

/** A source without secrets. */
export function makeSource(
  url = "http://exporter.example:9100/metrics",
  overrides: Partial<Source> = {},
): Source {
  return {
    url: new URL(url),
    socketPath: undefined,
    headers: {},
    tls: undefined,
    filter: undefined,
    ...overrides,
  };
}

/** A destination with a token of its own. */
export function makeDestination(
  url = "http://push.example/metrics/node/rpi",
  overrides: Partial<Destination> = {},
): Destination {
  const target = { job: "node", instance: "rpi" };
  return { url: new URL(url), target, bearerToken: randomSecret(), tls: undefined, ...overrides };
}
