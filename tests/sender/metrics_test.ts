import { assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import type { Pair } from "../../sender/pair.ts";
import { SenderMetrics } from "../../sender/metrics.ts";
import type { Pass } from "../../sender/relay.ts";
import { makeDestination, makePair } from "../fakes/pair.ts";
import { scraped } from "./reports.ts";

const TARGET = '{target_job="node",target_instance="rpi"';
const PASS: Pass = {
  scraped: scraped(),
  scrapeMs: 20,
  delivered: { ok: true, bodyBytes: 7, attempts: 1 },
  deliverMs: 300,
};
const FAILED = { ok: false, retriable: false, reason: "why", attempts: 2 } as const;

/** What a registry shows after `use`, as value by series, buckets left out. */
async function seriesAfter(
  use: (metrics: SenderMetrics, pair: Pair) => void,
): Promise<Record<string, string>> {
  const registry = new Registry();
  const pair = makePair();
  use(new SenderMetrics(registry, [pair]), pair);
  const lines = (await registry.metrics()).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.includes("_bucket"));
  return Object.fromEntries(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space).replace("prompipe_sender_", ""), line.slice(space + 1)];
  }));
}

Deno.test("SenderMetrics shows each pair's counters from the start", async () => {
  assertEquals(await seriesAfter(() => {}), {
    [`scrapes_total${TARGET},result="ok"}`]: "0",
    [`deliveries_total${TARGET},result="ok"}`]: "0",
    [`deliveries_total${TARGET},result="refused"}`]: "0",
    [`deliveries_total${TARGET},result="failed"}`]: "0",
    [`skipped_passes_total${TARGET}}`]: "0",
    [`retries_total${TARGET}}`]: "0",
  });
});

Deno.test("SenderMetrics.passed() counts a pass that went through", async () => {
  const startS = Date.now() / 1000;
  const series = await seriesAfter((metrics, pair) => {
    metrics.passed(pair, PASS);
    metrics.passed(pair, PASS);
  });
  const last = Number(series[`last_success_timestamp_seconds${TARGET}}`]);
  assertEquals(last >= startS && last <= Date.now() / 1000, true, String(last));
  delete series[`last_success_timestamp_seconds${TARGET}}`];
  assertEquals(series, {
    [`scrapes_total${TARGET},result="ok"}`]: "2",
    [`deliveries_total${TARGET},result="ok"}`]: "2",
    [`deliveries_total${TARGET},result="refused"}`]: "0",
    [`deliveries_total${TARGET},result="failed"}`]: "0",
    [`skipped_passes_total${TARGET}}`]: "0",
    [`retries_total${TARGET}}`]: "0",
    [`scraped_bytes_total${TARGET}}`]: "10",
    [`delivered_bytes_total${TARGET}}`]: "14",
    ['pass_duration_seconds_sum{step="scrape"}']: "0.04",
    ['pass_duration_seconds_count{step="scrape"}']: "2",
    ['pass_duration_seconds_sum{step="deliver"}']: "0.6",
    ['pass_duration_seconds_count{step="deliver"}']: "2",
  });
});

Deno.test("SenderMetrics.passed() counts every failure by its result, and no success", async () => {
  const series = await seriesAfter((metrics, pair) => {
    const failure = { cause: "source_timeout", detail: "slow" } as const;
    metrics.passed(pair, { ...PASS, scraped: { ok: false, failure } });
    metrics.passed(pair, { ...PASS, delivered: { ...FAILED, refused: true } });
    metrics.passed(pair, { ...PASS, delivered: { ...FAILED, refused: false } });
  });
  const counts = Object.entries(series).filter(([name]) => !name.startsWith("pass_duration"));
  assertEquals(Object.fromEntries(counts), {
    [`scrapes_total${TARGET},result="ok"}`]: "2",
    [`scrapes_total${TARGET},result="source_timeout"}`]: "1",
    [`deliveries_total${TARGET},result="ok"}`]: "1",
    [`deliveries_total${TARGET},result="refused"}`]: "1",
    [`deliveries_total${TARGET},result="failed"}`]: "1",
    [`skipped_passes_total${TARGET}}`]: "0",
    [`retries_total${TARGET}}`]: "2",
    [`scraped_bytes_total${TARGET}}`]: "10",
    [`delivered_bytes_total${TARGET}}`]: "7",
  });
});

Deno.test("SenderMetrics.skipped() counts every skipped pass", async () => {
  const series = await seriesAfter((metrics, pair) => {
    metrics.skipped(pair, 3);
    metrics.skipped(pair, 1);
  });
  assertEquals(series[`skipped_passes_total${TARGET}}`], "4");
});

Deno.test("SenderMetrics writes names of targets that Prometheus can read back", async () => {
  const registry = new Registry();
  const target = { job: 'a"b\\c', instance: "büro/1" };
  new SenderMetrics(registry, [
    makePair({ destinations: [makeDestination(undefined, { target })] }),
  ]);
  const text = await registry.metrics();
  const line = 'prompipe_sender_skipped_passes_total{target_job="a\\"b\\\\c",' +
    'target_instance="büro/1"} 0';
  assertEquals(text.split("\n").filter((each) => each === line).length, 1, text);
});
