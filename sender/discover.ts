// Looks for exporters on this machine: their well-known ports, on loopback alone.

import { gunzipSync } from "node:zlib";
import type { Get } from "./http_source.ts";
import type { Scraped } from "./report.ts";
import { scrape } from "./scrape.ts";

/** An exporter, where it listens unless told otherwise, and a metric that no other has. */
export interface KnownExporter {
  /** Becomes the job. */
  readonly name: string;
  readonly port: number;
  /** The beginning of the name of a metric. */
  readonly mark: string;
}

/** What answers on a well-known port. */
export interface Discovered {
  readonly exporter: KnownExporter;
  readonly source: string;
  /** `undefined`: something answers, but not that exporter. */
  readonly exposition: { readonly series: number; readonly bodyBytes: number } | undefined;
}

/** Ports as in https://github.com/prometheus/prometheus/wiki/Default-port-allocations. */
export const KNOWN_EXPORTERS: readonly KnownExporter[] = [
  { name: "node", port: 9100, mark: "node_" },
  { name: "cadvisor", port: 8080, mark: "cadvisor_" },
  { name: "blackbox", port: 9115, mark: "blackbox_" },
  { name: "process", port: 9256, mark: "namedprocess_" },
  { name: "mysqld", port: 9104, mark: "mysql_" },
  { name: "postgres", port: 9187, mark: "pg_" },
  { name: "redis", port: 9121, mark: "redis_" },
  { name: "nginx", port: 9113, mark: "nginx" },
];

const HOSTS = ["127.0.0.1", "[::1]"];
const TIMEOUT_MS = 3_000;
const MAX_BODY_BYTES = 50 * 2 ** 20;

/** How to look. */
export interface DiscoverOptions {
  readonly get: Get;
  readonly userAgent: string;
  readonly exporters?: readonly KnownExporter[];
}

/** What answers on the exporters' ports, in their order. Asks all of them at once. */
export async function discover(options: DiscoverOptions): Promise<Discovered[]> {
  const { exporters = KNOWN_EXPORTERS } = options;
  const found = await Promise.all(exporters.map((exporter) => ask(exporter, options)));
  return found.filter((one) => one !== undefined);
}

async function ask(
  exporter: KnownExporter,
  { get, userAgent }: DiscoverOptions,
): Promise<Discovered | undefined> {
  let stranger: Discovered | undefined;
  for (const host of HOSTS) {
    const source = `http://${host}:${exporter.port}/metrics`;
    const target = {
      source: {
        url: new URL(source),
        socketPath: undefined,
        headers: {},
        tls: undefined,
        filter: undefined,
      },
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: MAX_BODY_BYTES,
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const scraped = await scrape(target, { get, userAgent, signal });
    if (!scraped.ok && scraped.failure.cause === "source_refused") continue;
    const exposition = scraped.ok ? read(scraped, exporter.mark) : undefined;
    if (exposition !== undefined) return { exporter, source, exposition };
    stranger ??= { exporter, source, exposition };
  }
  return stranger;
}

/** Counts the samples of an exposition in which a metric begins with the mark. */
function read({ body, encoding }: Scraped, mark: string): Discovered["exposition"] {
  let text;
  try {
    const bytes = encoding === "gzip"
      ? gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES })
      : body;
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  let series = 0;
  let marked = false;
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    series++;
    marked ||= line.startsWith(mark);
  }
  return marked ? { series, bodyBytes: body.byteLength } : undefined;
}
