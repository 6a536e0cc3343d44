// Whether Prometheus would see what was pushed: asks the scrape listener, if it is to be had.

import { targetPath } from "../../protocol/mod.ts";
import type { Fetch } from "../delivery.ts";
import type { Destination } from "../pair.ts";
import type { Report } from "../report.ts";
import { ask } from "./answer.ts";
import { type Finding, fine, note, trouble } from "./finding.ts";

const TIMEOUT_MS = 5_000;

/** Where to read, and what should stand there. */
export interface ReadBackOptions {
  readonly fetch: Fetch;
  /** The scrape listener's address; `undefined` tries port 9090 of a destination on loopback. */
  readonly scrapeUrl: URL | undefined;
}

/** Scrapes a target that was just pushed. */
export async function examineReadBack(
  { destination, report }: { readonly destination: Destination; readonly report: Report },
  { fetch, scrapeUrl }: ReadBackOptions,
): Promise<Finding> {
  const at = scrapeUrl ?? guess(destination.url);
  if (at === undefined) {
    return note("read back", "not tried: name the scrape listener with --scrape-url");
  }
  const path = targetPath(destination.target);
  const asked = await ask(
    (signal) => fetch(new URL(path, at), { redirect: "manual", signal }),
    { timeoutMs: TIMEOUT_MS, secret: destination.bearerToken },
  );
  if (!asked.ok) {
    if (scrapeUrl === undefined) {
      return note("read back", `not tried: no scrape listener at ${at.origin} (--scrape-url)`);
    }
    return trouble("read back", `${at.origin}: ${asked.timedOut ? "no answer" : asked.text}`, {
      level: "warning",
      remedy: "check --scrape-url and the receiver's --scrape-listen",
    });
  }
  const { status, text } = asked.answer;
  const expected = report.result.ok ? 200 : 502;
  if (status === expected) return fine("read back", `Prometheus gets ${status} for ${path}`);
  return trouble("read back", `Prometheus gets ${status} for ${path}: ${text}`, {
    remedy: "see that this is the scrape listener of the receiver that the push went to",
  });
}

/** Near the receiver its scrape listener is where it is by default. */
function guess(url: URL): URL | undefined {
  if (!["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) return undefined;
  return new URL(`http://${url.hostname}:9090`);
}
