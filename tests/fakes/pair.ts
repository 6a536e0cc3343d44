// A pair of the sender, complete.

import type { Pair } from "../../sender/config.ts";
import { randomSecret } from "./random_secret.ts";

/** A pair with a token of its own; what matters to a test is overridden. */
export function makePair(overrides: Partial<Pair> = {}): Pair {
  return {
    source: new URL("http://exporter.example:9100/metrics"),
    destination: new URL("http://push.example/metrics/node/rpi"),
    target: { job: "node", instance: "rpi" },
    bearerToken: randomSecret(),
    intervalMs: 4_000,
    timeoutMs: 10_000,
    maxBodyBytes: 2 ** 20,
    ...overrides,
  };
}
