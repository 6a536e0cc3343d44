// One look at one source: what it says, and what Prometheus would object to.

import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { formatSize, type SourceFailure } from "../protocol/mod.ts";
import type { RefusedBy } from "./exposition/entry.ts";
import type { Finding } from "./exposition/findings.ts";
import { lint, type Verdict } from "./exposition/lint.ts";
import { type Pair, sourceName } from "./pair.ts";
import type { Scraped } from "./report.ts";
import { scrape } from "./scrape.ts";
import type { Get } from "./http_source.ts";

export type { Finding, RefusedBy };

/** What a source came to. `ok` unless it can't be scraped, or every Prometheus would refuse it. */
export interface SourceCheck {
  readonly source: string;
  readonly ok: boolean;
  /** From the request to the whole answer. */
  readonly scrapeMs: number;
  /** Why there is no answer. */
  readonly failure: SourceFailure | undefined;
  /** What the answer was, with the pair's filter applied. */
  readonly answer: {
    readonly contentType: string | undefined;
    readonly bodyBytes: number;
    readonly encoding: "identity" | "gzip";
    /** `undefined` where the body could not be unpacked. */
    readonly unpackedBytes: number | undefined;
    readonly verdict: Pick<Verdict, "samples" | "findings" | "omitted">;
  } | undefined;
}

/** Nobody's metrics are larger, and a checker has to end. */
const MAX_UNPACKED_BYTES = 2 ** 30;

/** Scrapes a pair's source once, as the sender would, and reads what it says. */
export async function checkSource(
  pair: Pair,
  { get, userAgent, nowMs }: {
    readonly get: Get;
    readonly userAgent: string;
    /** Since 1970. */
    readonly nowMs: () => number;
  },
): Promise<SourceCheck> {
  const source = sourceName(pair.source);
  const startMs = performance.now();
  const signal = AbortSignal.timeout(pair.timeoutMs);
  const scraped = await scrape(pair, { get, userAgent, signal });
  const scrapeMs = performance.now() - startMs;
  if (!scraped.ok) {
    return { source, ok: false, scrapeMs, failure: scraped.failure, answer: undefined };
  }
  const { contentType, encoding } = scraped;
  const unpacked = await unpack(scraped);
  const answer = { contentType, encoding, bodyBytes: scraped.body.byteLength };
  if (typeof unpacked === "string") {
    const finding = { refusedBy: "all", message: unpacked, line: undefined, times: 1 } as const;
    const verdict = { samples: undefined, findings: [finding], omitted: 0 };
    const broken = { ...answer, unpackedBytes: undefined, verdict };
    return { source, ok: false, scrapeMs, failure: undefined, answer: broken };
  }
  const verdict = await lint(unpacked, { contentType, nowMs: nowMs() });
  return {
    source,
    ok: !verdict.refusedBy.has("all"),
    scrapeMs,
    failure: undefined,
    answer: { ...answer, unpackedBytes: unpacked.byteLength, verdict },
  };
}

/** The plain body, or what is wrong with the packed one. */
async function unpack({ body, encoding }: Scraped): Promise<Uint8Array | string> {
  if (encoding === "identity") return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      return `The body unpacks to more than ${formatSize(MAX_UNPACKED_BYTES)}`;
    }
    return "The gzip body is cut or damaged";
  }
}
