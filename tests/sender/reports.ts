// Reports to deliver.

import type { Report, Scraped } from "../../sender/report.ts";

/** What a source said: one line of text, not packed; what matters to a test is overridden. */
export function scraped(overrides: Partial<Scraped> = {}): Scraped {
  return {
    ok: true,
    body: new TextEncoder().encode("up 1\n"),
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    encoding: "identity",
    ...overrides,
  };
}

/** A report of a pair at the default interval and timeout. */
export function report(result: Report["result"] = scraped()): Report {
  return { result, scrapedAtMs: 1_700_000_000_123, ttlMs: 22_000, intervalMs: 4_000, labels: {} };
}

/** A report that the source could not be reached. */
export function failureReport(detail = "connection refused (exporter:9100)"): Report {
  return report({ ok: false, failure: { cause: "source_refused", detail } });
}
