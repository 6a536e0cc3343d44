// The config that `sender exampleconfig` prints: the shape to start from.

import { newToken } from "../protocol/mod.ts";

/** The example, with a fresh token. */
export function exampleConfig(): string {
  const example = {
    bearer_token: newToken(),
    pairs: [{
      source: "http://192.168.1.100:9090/metrics",
      destination: "http://promremotereceiver.example.com/metrics/fooproject/192.168.1.100",
    }],
  };
  return JSON.stringify(example, null, 4);
}
