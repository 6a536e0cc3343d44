// One scrape of one source, asked for as Prometheus would ask.

import { formatDuration, formatSize, oneLine } from "../protocol/mod.ts";
import { errorText } from "./error_text.ts";
import { BodyTooLarge, type Get, type RawResponse } from "./http_source.ts";
import type { FilterRules } from "./filter/name_filter.ts";
import type { Source } from "./pair.ts";
import type { Scraped, ScrapeFailed, ScrapeResult } from "./report.ts";

/** What Prometheus 3 sends; an exporter chooses the format by it. */
const ACCEPT = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
  "application/openmetrics-text;version=0.0.1;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4," +
  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
const MAX_REDIRECTS = 5;

/** What to scrape. */
export interface ScrapeTarget {
  readonly source: Source;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
}

/** Scrapes a source; what is bound to happen comes back as a failure with its cause. */
export async function scrape(
  target: ScrapeTarget,
  options: {
    readonly get: Get;
    readonly userAgent: string;
    readonly signal: AbortSignal;
    /** In place of what Prometheus 3 sends. */
    readonly accept?: string | undefined;
  },
): Promise<ScrapeResult> {
  const { get, userAgent, signal, accept = ACCEPT } = options;
  const headers = {
    "Accept": accept,
    "Accept-Encoding": "gzip",
    "User-Agent": userAgent,
    "X-Prometheus-Scrape-Timeout-Seconds": String(target.timeoutMs / 1000),
    ...target.source.headers,
  };
  const { socketPath, tls, filter } = target.source;
  const { maxBodyBytes } = target;
  const place = socketPath ?? target.source.url.host;
  let { url } = target.source;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await get(url, { headers, signal, maxBodyBytes, socketPath, tls });
      if (!isRedirect(response)) {
        const result = judge(response, place);
        return result.ok && filter
          ? await filtered(result, filter, { ...target, signal, place })
          : result;
      }
      const next = response.location ? URL.parse(response.location, url) : null;
      if (next === null) {
        return failed("source_invalid", "redirected to nowhere", place);
      }
      if (next.origin !== url.origin) {
        const detail = `redirected to another origin, ${
          oneLine(next.origin)
        }: make that the source`;
        return failed("source_invalid", detail, place);
      }
      url = next;
    }
    return failed(
      "source_invalid",
      `more than ${MAX_REDIRECTS} redirects`,
      place,
    );
  } catch (error) {
    return explain(error, target, place);
  }
}

function judge(response: RawResponse, place: string): ScrapeResult {
  const { status, body, contentType, contentEncoding } = response;
  if (status !== 200) return failed("source_status", `answered ${status}`, place);
  const encoding = contentEncoding?.toLowerCase() || "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    return failed(
      "source_invalid",
      `answered in an encoding not asked for, ${encoding}`,
      place,
    );
  }
  return { ok: true, body, contentType, encoding };
}

async function filtered(
  scraped: Scraped,
  rules: FilterRules,
  options: { readonly maxBodyBytes: number; readonly signal: AbortSignal; readonly place: string },
): Promise<ScrapeResult> {
  const { filterScraped } = await import("./filter/filter_scraped.ts");
  const result = await filterScraped(scraped, rules, options);
  return result.ok ? result.scraped : failed(result.cause, result.detail, options.place);
}

function explain(error: unknown, target: ScrapeTarget, place: string): ScrapeFailed {
  if (error instanceof BodyTooLarge) {
    const limit = formatSize(target.maxBodyBytes);
    return failed(
      "source_too_large",
      `said more than ${limit} (max_body)`,
      place,
    );
  }
  if (error instanceof DOMException) {
    return failed(
      "source_timeout",
      `no whole answer in ${formatDuration(target.timeoutMs)}`,
      place,
    );
  }
  return failed("source_refused", errorText(error), place);
}

function failed(
  cause: ScrapeFailed["failure"]["cause"],
  what: string,
  place: string,
): ScrapeFailed {
  return { ok: false, failure: { cause, detail: `${what} (${place})` } };
}

function isRedirect(response: RawResponse): boolean {
  return response.status >= 301 && response.status <= 308 &&
    response.status !== 304;
}
