// Config files to parse: a right one, and what to make wrong in it.

import { parseConfig } from "../../sender/config.ts";
import { randomSecret } from "../fakes/random_secret.ts";

/** A pair as it stands in a file. */
export function pairWith(entries: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source: "http://exporter:9100/metrics",
    destination: "http://push.example/metrics/node/rpi",
    ...entries,
  };
}

/** A file with one pair and a token. */
export function fileWith(entries: Record<string, unknown> = {}): Record<string, unknown> {
  return { bearer_token: randomSecret(), pairs: [pairWith()], ...entries };
}

/** What is wrong with a file: nothing where it is right. */
export function faultsOf(file: unknown): readonly string[] {
  const parsed = parseConfig(typeof file === "string" ? file : JSON.stringify(file));
  return parsed.ok ? [] : parsed.faults;
}
