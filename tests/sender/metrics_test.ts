import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { Registry } from "prom-client";
import type { DeliveryResult } from "../../sender/delivery.ts";
import { SenderMetrics } from "../../sender/metrics.ts";
import type { Attempt } from "../../sender/outbox.ts";
import type { Pair } from "../../sender/pair.ts";
import { makeDestination, makePair } from "../fakes/pair.ts";
import { failureReport, report, scraped } from "./reports.ts";

const SOURCE = '{target_job="node",target_instance="rpi"';
const WAY = `${SOURCE},receiver="push.example"`;
const PASS = { scraped: scraped(), scrapeMs: 20 };
const FAILED = { ok: false, reason: "why" } as const;

/** What is there from the start. */
const ZEROS = {
  [`scrapes_total${SOURCE},result="ok"}`]: "0",
  [`deliveries_total${WAY},result="ok"}`]: "0",
  [`deliveries_total${WAY},result="refused"}`]: "0",
  [`deliveries_total${WAY},result="failed"}`]: "0",
  [`deliveries_total${WAY},result="replaced"}`]: "0",
  [`skipped_passes_total${SOURCE}}`]: "0",
  [`retries_total${WAY}}`]: "0",
  'config_reloads_total{result="applied"}': "0",
  'config_reloads_total{result="unchanged"}': "0",
  'config_reloads_total{result="refused"}': "0",
  "config_last_reload_successful": "1",
};

function attempt(result: DeliveryResult, overrides: Partial<Attempt> = {}): Attempt {
  return {
    report: report(),
    result,
    durationMs: 300,
    failures: 0,
    failingMs: 0,
    again: false,
    ...overrides,
  };
}

/** What a registry shows after `use`, as value by series, buckets left out. */
async function seriesAfter(
  use: (metrics: SenderMetrics, pair: Pair) => void,
  pair = makePair(),
): Promise<Record<string, string>> {
  const registry = new Registry();
  use(new SenderMetrics(registry, [pair]), pair);
  const lines = (await registry.metrics()).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.includes("_bucket"));
  return Object.fromEntries(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space).replace("prompipe_sender_", ""), line.slice(space + 1)];
  }));
}

Deno.test("SenderMetrics shows each pair's counters from the start", async () => {
  assertEquals(await seriesAfter(() => {}), ZEROS);
});

Deno.test("SenderMetrics counts what went through, packed and unpacked", async () => {
  const startS = Date.now() / 1000;
  const body = gzipSync("up 1\n".repeat(100)) as Uint8Array<ArrayBuffer>;
  const series = await seriesAfter((metrics, pair) => {
    const [destination] = pair.destinations;
    metrics.passed(pair, PASS);
    metrics.passed(pair, { ...PASS, scraped: scraped({ body, encoding: "gzip" }) });
    metrics.attempted(pair, destination, attempt({ ok: true, bodyBytes: 7, clockOffsetMs: 1_500 }));
    metrics.attempted(pair, destination, attempt({ ok: true, bodyBytes: 7 }, { again: true }));
  });
  const last = Number(series[`last_success_timestamp_seconds${WAY}}`]);
  assert(last >= startS && last <= Date.now() / 1000, String(last));
  delete series[`last_success_timestamp_seconds${WAY}}`];
  assertEquals(series, {
    ...ZEROS,
    [`scrapes_total${SOURCE},result="ok"}`]: "2",
    [`deliveries_total${WAY},result="ok"}`]: "2",
    [`retries_total${WAY}}`]: "1",
    [`scraped_bytes_total${SOURCE}}`]: String(5 + body.length),
    [`unpacked_bytes_total${SOURCE}}`]: "505",
    [`delivered_bytes_total${WAY}}`]: "14",
    'clock_offset_seconds{receiver="push.example"}': "1.5",
    'pass_duration_seconds_sum{step="scrape"}': "0.04",
    'pass_duration_seconds_count{step="scrape"}': "2",
    'pass_duration_seconds_sum{step="deliver"}': "0.6",
    'pass_duration_seconds_count{step="deliver"}': "2",
  });
});

Deno.test("SenderMetrics counts every failure by its result, and no success", async () => {
  const series = await seriesAfter((metrics, pair) => {
    const [to] = pair.destinations;
    const failure = { cause: "source_timeout", detail: "slow" } as const;
    metrics.passed(pair, { ...PASS, scraped: { ok: false, failure } });
    metrics.attempted(pair, to, attempt({ ok: true, bodyBytes: 7 }, { report: failureReport() }));
    metrics.attempted(pair, to, attempt({ ...FAILED, refused: true, retriable: false }));
    metrics.attempted(pair, to, attempt({ ...FAILED, refused: false, retriable: false }));
    // This one may still get through, and is counted once it is known not to.
    metrics.attempted(pair, to, attempt({ ...FAILED, refused: false, retriable: true }));
    metrics.replaced(pair, to);
  });
  const counts = Object.entries(series).filter(([name]) => !name.startsWith("pass_duration"));
  assertEquals(Object.fromEntries(counts), {
    ...ZEROS,
    [`scrapes_total${SOURCE},result="source_timeout"}`]: "1",
    [`deliveries_total${WAY},result="ok"}`]: "1",
    [`deliveries_total${WAY},result="refused"}`]: "1",
    [`deliveries_total${WAY},result="failed"}`]: "1",
    [`deliveries_total${WAY},result="replaced"}`]: "1",
    [`delivered_bytes_total${WAY}}`]: "7",
  });
});

Deno.test("SenderMetrics.skipped() counts every skipped pass", async () => {
  const series = await seriesAfter((metrics, pair) => {
    metrics.skipped(pair, 3);
    metrics.skipped(pair, 1);
  });
  assertEquals(series[`skipped_passes_total${SOURCE}}`], "4");
});

Deno.test("SenderMetrics.reloaded() counts, and remembers whether the file is good", async () => {
  const series = await seriesAfter((metrics) => {
    metrics.reloaded("applied");
    metrics.reloaded("unchanged");
    metrics.reloaded("refused");
  });
  assertEquals(series, {
    ...ZEROS,
    'config_reloads_total{result="applied"}': "1",
    'config_reloads_total{result="unchanged"}': "1",
    'config_reloads_total{result="refused"}': "1",
    "config_last_reload_successful": "0",
  });
});

Deno.test("SenderMetrics.setPairs() lets series go with their pairs, and keeps the others'", async () => {
  const target = { job: "node", instance: "other" };
  const other = makePair({ destinations: [makeDestination("http://b.example/x", { target })] });
  const before = await seriesAfter(() => {});
  const after = await seriesAfter((metrics, pair) => {
    const [to] = other.destinations;
    metrics.setPairs([pair, other]);
    metrics.passed(other, PASS);
    metrics.attempted(other, to, attempt({ ok: true, bodyBytes: 7, clockOffsetMs: 1 }));
    metrics.attempted(other, to, attempt({ ...FAILED, refused: true, retriable: false }));
    metrics.setPairs([pair]);
  });
  const counts = Object.entries(after).filter(([name]) => !name.startsWith("pass_duration"));
  assertEquals(Object.fromEntries(counts), before);
});

Deno.test("SenderMetrics writes names of targets that Prometheus can read back", async () => {
  const target = { job: 'a"b\\c', instance: "büro/1" };
  const pair = makePair({ destinations: [makeDestination(undefined, { target })] });
  const series = await seriesAfter(() => {}, pair);
  const name = 'skipped_passes_total{target_job="a\\"b\\\\c",target_instance="büro/1"}';
  assertEquals(series[name], "0");
});
