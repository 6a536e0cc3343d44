// What one pass over a source comes to: what it said, or why it said nothing.

import type { Labels, SourceFailure } from "../protocol/mod.ts";

/** What a source said: the bytes and their type as they came. */
export interface Scraped {
  readonly ok: true;
  readonly body: Uint8Array<ArrayBuffer>;
  /** `undefined` where the source sent none. */
  readonly contentType: string | undefined;
  /** How the source packed it. */
  readonly encoding: "identity" | "gzip";
}

/** A source that could not be scraped. */
export interface ScrapeFailed {
  readonly ok: false;
  readonly failure: SourceFailure;
}

/** What came of a scrape. */
export type ScrapeResult = Scraped | ScrapeFailed;

/** A scrape's result on its way to a destination. */
export interface Report {
  readonly result: ScrapeResult;
  /** When the source answered, in milliseconds since 1970. */
  readonly scrapedAtMs: number;
  /** How long the receiver may serve it. */
  readonly ttlMs: number;
  /** How long until the next one is due. */
  readonly intervalMs: number;
  /** What `/sd` says of the target beside job and instance. */
  readonly labels: Labels;
}
