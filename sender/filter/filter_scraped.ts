// Filters what a source said, without holding up what else goes on.

import { setImmediate } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { formatSize } from "../../protocol/mod.ts";
import { readContentType } from "../exposition/content_type.ts";
import type { Scraped } from "../report.ts";
import { type FilterRules, makeNameFilter, type NameFilter } from "./name_filter.ts";
import { MAX_LINE_BYTES, SeriesFilter } from "./series_filter.ts";

/** What is kept, or why the body can't be filtered. */
export type Filtered =
  | { readonly ok: true; readonly scraped: Scraped }
  | {
    readonly ok: false;
    readonly cause: "source_invalid" | "source_too_large";
    readonly detail: string;
  };

/** For so long the event loop is held up at a time, and by a little less than a chunk more. */
const SLICE_MS = 8;
const CHUNK_BYTES = 128 * 1024;

/** Compiled once for each pair. */
const compiled = new WeakMap<FilterRules, Promise<NameFilter>>();

/** Keeps what the rules let pass. Rejects with the signal's reason. */
export async function filterScraped(
  scraped: Scraped,
  rules: FilterRules,
  options: { readonly maxBodyBytes: number; readonly signal: AbortSignal },
): Promise<Filtered> {
  const { contentType } = scraped;
  if (readContentType(contentType).format === "protobuf") {
    const detail = "said protobuf, which keep and drop can't filter: have it say text";
    return { ok: false, cause: "source_invalid", detail };
  }
  const names = compiled.get(rules) ?? makeNameFilter(rules);
  compiled.set(rules, names);
  const filter = new SeriesFilter(await names);
  let bytes = 0;
  let sliceEndMs = performance.now() + SLICE_MS;
  try {
    for await (const chunk of chunks(scraped)) {
      options.signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > options.maxBodyBytes) {
        const detail = `unpacked to more than ${formatSize(options.maxBodyBytes)} (max_body)`;
        return { ok: false, cause: "source_too_large", detail };
      }
      if (!filter.push(chunk)) {
        const detail = `said a line of more than ${formatSize(MAX_LINE_BYTES)}, ` +
          "which keep and drop can't filter";
        return { ok: false, cause: "source_invalid", detail };
      }
      if (performance.now() < sliceEndMs) continue;
      await setImmediate();
      sliceEndMs = performance.now() + SLICE_MS;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    return { ok: false, cause: "source_invalid", detail: "said gzip that is cut or damaged" };
  }
  const body = filter.finish();
  return { ok: true, scraped: { ok: true, body, contentType, encoding: "identity" } };
}

async function* chunks({ body, encoding }: Scraped): AsyncGenerator<Uint8Array> {
  if (encoding === "gzip") {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    gunzip.end(body);
    yield* gunzip;
    return;
  }
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    yield body.subarray(at, at + CHUNK_BYTES);
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    error.code.startsWith("Z_");
}
