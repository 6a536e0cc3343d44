// The scrape listener: what Prometheus and people near it ask.

import { parseTargetNames, parseTargetPath, type TargetPath } from "../protocol/mod.ts";
import { acceptsEncoding } from "./accept_encoding.ts";
import { answerBody } from "./answer_body.ts";
import { TARGET_QUERY_PATH } from "./discovery.ts";
import { requestPath, requestQuery } from "./path.ts";
import { textResponse } from "./refusal.ts";
import { HttpScrape } from "./http_scrape.ts";
import type { Reading, Snapshot, SnapshotSource } from "./snapshot.ts";
import { unpack } from "./unpack.ts";

/** A scrape of a target that was answered. */
export interface AnsweredScrape {
  readonly state: Reading["state"];
  /** Size of the snapshot that went out, as stored. */
  readonly bodyBytes: number;
  readonly tookMs: number;
}

/** How scrapes went, for the receiver's own metrics. */
export interface ScrapeObserver {
  scraped(scrape: AnsweredScrape): void;
}

/** What the handler works with. */
export interface ScrapeDependencies {
  readonly source: SnapshotSource;
  readonly observer: ScrapeObserver;
  /** Every target, as http_sd. */
  readonly discovery: (request: Request) => Response;
  /** The receiver's own metrics. */
  readonly ownMetrics: (request: Request) => Promise<Response>;
  /** Every target with its state, as JSON. */
  readonly targetsApi: (request: Request) => Response;
  /** The status page, and what it loads; `path` is that of the request. */
  readonly page: (request: Request, path: string) => Promise<Response>;
  /** Why the receiver should get no traffic now; `undefined` when it is ready. */
  readonly notReady: () => string | undefined;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

type Answer = (request: Request) => Response | Promise<Response>;

const ALLOW = { Allow: "GET, HEAD" };

/** Answers the requests of the private listener. Nothing here changes anything. */
export function scrapeHandler(
  dependencies: ScrapeDependencies,
): (request: Request) => Response | Promise<Response> {
  const { source, observer, discovery, ownMetrics, targetsApi, page, notReady, now } = dependencies;

  return function handle(request) {
    const path = requestPath(request);
    if (path === undefined) return textResponse(400, "Host is not a host");
    const answer = route(path, request);
    if (answer === undefined) return textResponse(404, "no such path");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return textResponse(405, "use GET", ALLOW);
    }
    return answer(request);
  };

  function route(path: string, request: Request): Answer | undefined {
    switch (path) {
      case "/metrics":
        return ownMetrics;
      case "/sd":
        return discovery;
      case "/api/v1/targets":
        return targetsApi;
      case "/":
      case "/page/icon.svg":
      case "/page/status.css":
      case "/page/status.js":
      case "/page/view.js":
        return (request) => page(request, path);
      case "/healthz":
        return () => textResponse(200, "ok");
      case "/readyz":
        return readiness;
      case TARGET_QUERY_PATH: {
        const query = requestQuery(request);
        return scrape(parseTargetNames(query.get("job") ?? "", query.get("instance") ?? ""));
      }
      default:
        return scrape(parseTargetPath(path));
    }
  }

  function scrape(parsed: TargetPath): Answer | undefined {
    if (parsed.kind === "other") return undefined;
    if (parsed.kind === "invalid") return () => textResponse(400, parsed.reason);
    return (request) => {
      const startedMs = now();
      const reading = source.read(parsed.target, new HttpScrape(request));
      // What is stored is there at once: waiting for it would cost a tenth of the answer.
      return reading instanceof Promise
        ? reading.then((reading) => answered(reading, request, startedMs))
        : answered(reading, request, startedMs);
    };
  }

  function answered(reading: Reading, request: Request, startedMs: number): Response {
    const response = readingResponse(reading, request);
    const { state } = reading;
    const sent = state === "up" && request.method === "GET";
    const bodyBytes = sent ? reading.snapshot.body.byteLength : 0;
    observer.scraped({ state, bodyBytes, tookMs: now() - startedMs });
    return response;
  }

  function readiness(): Response {
    const reason = notReady();
    return reason === undefined ? textResponse(200, "ready") : textResponse(503, reason);
  }
}

function readingResponse(reading: Reading, request: Request): Response {
  switch (reading.state) {
    case "up":
      return snapshotResponse(reading.snapshot, request);
    case "source_failed":
      return textResponse(reading.isLate ? 504 : 502, `${reading.cause}: ${reading.reason}`);
    case "silent":
      return textResponse(503, `${reading.cause}: ${reading.reason}`);
    case "unknown":
      return textResponse(404, "never pushed: no sender has named this job and instance");
    case "bad_request":
      return textResponse(400, reading.reason);
  }
}

/** The stored bytes as they are, for whoever takes their encoding; unpacked for the others. */
function snapshotResponse(snapshot: Snapshot, request: Request): Response {
  const { body, contentType, encoding, unpackedBytes } = snapshot;
  const asStored = encoding === "identity" ||
    acceptsEncoding(request.headers.get("accept-encoding"), encoding);
  const headers: Record<string, string> = {
    "Content-Type": contentType,
    "Content-Length": String(asStored ? body.byteLength : unpackedBytes),
    "Vary": "Accept-Encoding",
    // A sender chose type and bytes: no browser may run them on this origin.
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
  };
  if (asStored && encoding !== "identity") {
    headers["Content-Encoding"] = encoding;
  }
  if (request.method === "HEAD") return new Response(null, { headers });
  return new Response(asStored ? answerBody(body) : unpack(snapshot), { headers });
}
