// A scrape listener's handler around a source that has one reading for everything.

import { gzipSync, zstdCompressSync } from "node:zlib";
import { type ScrapeDependencies, scrapeHandler } from "../../receiver/scrape_handler.ts";
import type { Encoding, Reading } from "../../receiver/snapshot.ts";
import { rawRequest } from "../fakes/raw_request.ts";

const BODY = Uint8Array.from({ length: 256 }, (_, index) => index);

/** One body in each encoding. */
export const PACKED = {
  identity: BODY,
  gzip: new Uint8Array(gzipSync(BODY)),
  zstd: new Uint8Array(zstdCompressSync(BODY)),
} as const;

/** A handler around one reading. */
export class ScrapeRoom {
  notReady: string | undefined;
  readonly asked: { readonly target: unknown; readonly signal: AbortSignal }[] = [];
  readonly scraped: (readonly [state: string, bodyBytes: number])[] = [];
  readonly #handle: ReturnType<typeof scrapeHandler>;

  constructor(reading: Reading) {
    const dependencies: ScrapeDependencies = {
      source: {
        read: (target, { signal }) => {
          this.asked.push({ target: { ...target }, signal });
          return Promise.resolve(reading);
        },
      },
      observer: { scraped: ({ state, bodyBytes }) => this.scraped.push([state, bodyBytes]) },
      discovery: () => Response.json([]),
      ownMetrics: () => Promise.resolve(new Response("own 1\n")),
      targetsApi: () => Response.json({}),
      page: (_request, path) => Promise.resolve(new Response(`page ${path}\n`)),
      notReady: () => this.notReady,
      now: () => 0,
    };
    this.#handle = scrapeHandler(dependencies);
  }

  ask(path: string, init?: RequestInit): Promise<Response> {
    return Promise.resolve(this.#handle(rawRequest(path, init)));
  }
}

/** A target that is up, stored in that encoding. */
export function up(encoding: Encoding): Reading {
  const contentType = 'text/plain; version=0.0.4;odd="é"';
  const body = PACKED[encoding];
  return { state: "up", snapshot: { body, contentType, encoding, unpackedBytes: BODY.length } };
}
