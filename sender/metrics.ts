// The sender's own metrics: what its loops have done.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { SENDER_CAUSES } from "../protocol/mod.ts";
import type { Attempt } from "./outbox.ts";
import type { Destination, Pair } from "./pair.ts";
import type { Pass } from "./relay.ts";
import type { Scraped } from "./report.ts";
import type { PassObserver } from "./target_loop.ts";

/** Labels of what is about a source. */
const SOURCE = ["target_job", "target_instance"];
/** Labels of what is about the way to a receiver. */
const WAY = [...SOURCE, "receiver"];
const SCRAPE_RESULTS = ["ok", ...SENDER_CAUSES];
const DELIVERY_RESULTS = ["ok", "refused", "failed", "replaced"];
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Readonly<Record<string, string>>;

/** What came of reading the config again. */
export type ReloadResult = "applied" | "unchanged" | "refused";

/** Counts what the loops tell. */
export class SenderMetrics implements PassObserver {
  readonly #registry: Registry;
  readonly #scrapes: Counter;
  readonly #deliveries: Counter;
  readonly #retries: Counter;
  readonly #skipped: Counter;
  readonly #scrapedBytes: Counter;
  readonly #unpackedBytes: Counter;
  readonly #deliveredBytes: Counter;
  readonly #lastSuccess: Gauge;
  readonly #clockOffset: Gauge;
  readonly #seconds: Histogram;
  readonly #reloads: Counter;
  readonly #reloadOk: Gauge;
  #sources = new Map<string, Labels>();
  #ways = new Map<string, Labels>();

  constructor(registry: Registry, pairs: readonly Pair[]) {
    this.#registry = registry;
    this.#scrapes = this.#counter("scrapes_total", {
      help: "Scrapes of sources, by result: ok, or the cause of the failure",
      labelNames: [...SOURCE, "result"],
    });
    this.#deliveries = this.#counter("deliveries_total", {
      help:
        "Deliveries to receivers, by result: ok, refused, failed, or replaced, lost to a newer one or to time",
      labelNames: [...WAY, "result"],
    });
    this.#retries = this.#counter("retries_total", {
      help: "Attempts at a delivery after the first",
      labelNames: WAY,
    });
    this.#skipped = this.#counter("skipped_passes_total", {
      help: "Passes left out because the one before was still running",
      labelNames: SOURCE,
    });
    this.#scrapedBytes = this.#counter("scraped_bytes_total", {
      help: "Bytes that sources said, as they sent them",
      labelNames: SOURCE,
    });
    this.#unpackedBytes = this.#counter("unpacked_bytes_total", {
      help: "Bytes that sources said, unpacked",
      labelNames: SOURCE,
    });
    this.#deliveredBytes = this.#counter("delivered_bytes_total", {
      help: "Bytes of bodies delivered, as sent",
      labelNames: WAY,
    });
    this.#lastSuccess = this.#gauge("last_success_timestamp_seconds", {
      help: "When a snapshot was last scraped and delivered, since 1970",
      labelNames: WAY,
    });
    this.#clockOffset = this.#gauge("clock_offset_seconds", {
      help: "How far the receiver's clock is ahead, by its Date header, to half a second",
      labelNames: ["receiver"],
    });
    this.#seconds = new Histogram({
      name: "prompipe_sender_pass_duration_seconds",
      help: "Time taken by the steps of a pass: scrape, and each attempt to deliver",
      labelNames: ["step"],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    });
    this.#reloads = this.#counter("config_reloads_total", {
      help: "Config files read again, by result: applied, unchanged or refused",
      labelNames: ["result"],
    });
    this.#reloadOk = this.#gauge("config_last_reload_successful", {
      help: "Whether the config file as it is was taken",
      labelNames: [],
    });
    for (const result of ["applied", "unchanged", "refused"]) this.#reloads.inc({ result }, 0);
    this.#reloadOk.set(1);
    this.setPairs(pairs);
  }

  /** Says whose series there are: others go, and new ones begin at 0. */
  setPairs(pairs: readonly Pair[]): void {
    const sources = byText(pairs.map(sourceLabels));
    const ways = byText(
      pairs.flatMap(({ destinations }) => destinations.map(wayLabels)),
    );
    // A series that appears with its first increment hides that increment from rate().
    for (const labels of missingIn(this.#sources, sources)) {
      this.#skipped.inc(labels, 0);
      this.#scrapes.inc({ ...labels, result: "ok" }, 0);
    }
    for (const labels of missingIn(this.#ways, ways)) {
      this.#retries.inc(labels, 0);
      for (const result of DELIVERY_RESULTS) this.#deliveries.inc({ ...labels, result }, 0);
    }
    for (const labels of missingIn(sources, this.#sources)) {
      for (const each of [this.#skipped, this.#scrapedBytes, this.#unpackedBytes]) {
        each.remove(labels);
      }
      for (const result of SCRAPE_RESULTS) this.#scrapes.remove({ ...labels, result });
    }
    for (const labels of missingIn(ways, this.#ways)) {
      for (const each of [this.#retries, this.#deliveredBytes, this.#lastSuccess]) {
        each.remove(labels);
      }
      for (const result of DELIVERY_RESULTS) this.#deliveries.remove({ ...labels, result });
    }
    const receivers = new Set(Array.from(ways.values(), ({ receiver }) => receiver));
    for (const { receiver } of this.#ways.values()) {
      if (receiver !== undefined && !receivers.has(receiver)) this.#clockOffset.remove(receiver);
    }
    this.#sources = sources;
    this.#ways = ways;
  }

  passed(pair: Pair, { scraped, scrapeMs }: Pass): void {
    const labels = sourceLabels(pair);
    this.#seconds.observe({ step: "scrape" }, scrapeMs / 1000);
    this.#scrapes.inc({ ...labels, result: scraped.ok ? "ok" : scraped.failure.cause });
    if (!scraped.ok) return;
    this.#scrapedBytes.inc(labels, scraped.body.byteLength);
    this.#unpackedBytes.inc(labels, unpackedBytes(scraped));
  }

  skipped(pair: Pair, count: number): void {
    this.#skipped.inc(sourceLabels(pair), count);
  }

  attempted(_: Pair, destination: Destination, attempt: Attempt): void {
    const labels = wayLabels(destination);
    const { result, report, durationMs, again } = attempt;
    this.#seconds.observe({ step: "deliver" }, durationMs / 1000);
    if (again) this.#retries.inc(labels);
    if (result.ok) {
      this.#deliveries.inc({ ...labels, result: "ok" });
      this.#deliveredBytes.inc(labels, result.bodyBytes);
      if (report.result.ok) this.#lastSuccess.set(labels, Date.now() / 1000);
      if (result.clockOffsetMs !== undefined) {
        this.#clockOffset.set({ receiver: destination.url.host }, result.clockOffsetMs / 1000);
      }
    } else if (!result.retriable) {
      this.#deliveries.inc({ ...labels, result: result.refused ? "refused" : "failed" });
    }
  }

  replaced(_: Pair, destination: Destination): void {
    this.#deliveries.inc({ ...wayLabels(destination), result: "replaced" });
  }

  /** The config was read again. */
  reloaded(result: ReloadResult): void {
    this.#reloads.inc({ result });
    this.#reloadOk.set(result === "refused" ? 0 : 1);
  }

  #counter(name: string, about: { help: string; labelNames: string[] }): Counter {
    return new Counter({ name: `prompipe_sender_${name}`, ...about, registers: [this.#registry] });
  }

  #gauge(name: string, about: { help: string; labelNames: string[] }): Gauge {
    return new Gauge({ name: `prompipe_sender_${name}`, ...about, registers: [this.#registry] });
  }
}

function sourceLabels({ destinations: [{ target }] }: Pair): Labels {
  return { target_job: target.job, target_instance: target.instance };
}

function wayLabels({ url, target }: Destination): Labels {
  return { target_job: target.job, target_instance: target.instance, receiver: url.host };
}

/** What stands at the end of a gzip stream (RFC 1952: ISIZE, modulo 4 GiB), else the length. */
function unpackedBytes({ body, encoding }: Scraped): number {
  if (encoding !== "gzip" || body.byteLength < 4) return body.byteLength;
  return new DataView(body.buffer, body.byteOffset).getUint32(body.byteLength - 4, true);
}

function byText(all: readonly Labels[]): Map<string, Labels> {
  return new Map(all.map((labels) => [JSON.stringify(labels), labels]));
}

function* missingIn(known: ReadonlyMap<string, Labels>, all: ReadonlyMap<string, Labels>) {
  for (const [text, labels] of all) if (!known.has(text)) yield labels;
}
