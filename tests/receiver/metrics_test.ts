import { assert, assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { SENDER_CAUSES } from "../../protocol/mod.ts";
import { CLOSE } from "../../protocol/stream/mod.ts";
import { ReceiverMetrics } from "../../receiver/metrics.ts";
import { REFUSAL_STATUS, type RefusalReason } from "../../receiver/refusal.ts";
import { failure, snapshot } from "./pushes.ts";

/** Samples by name and labels, as they stand in the exposition; no buckets. */
type Samples = Record<string, number>;

const AT_START: Samples = {
  ...series("pushes_total", "result", ["stored", "source_failed", "outdated"]),
  ...series("refusals_total", "reason", Object.keys(REFUSAL_STATUS)),
  ...series("scrapes_total", "state", ["up", "source_failed", "silent", "unknown", "bad_request"]),
  ...series("streams_closed_total", "reason", [...Object.keys(CLOSE), "peer"]),
  ...series("targets", "state", ["up", "source_failed", "silent"]),
  ...series("source_failures_total", "cause", SENDER_CAUSES),
  ...Object.fromEntries(
    ["push_duration", "scrape_duration", "event_loop_delay"].flatMap((name) => [
      [`prompipe_receiver_${name}_seconds_count`, 0],
      [`prompipe_receiver_${name}_seconds_sum`, 0],
    ]),
  ),
  prompipe_receiver_received_bytes_total: 0,
  prompipe_receiver_unpacked_bytes_total: 0,
  prompipe_receiver_served_bytes_total: 0,
  prompipe_receiver_snapshot_bytes: 0,
};

Deno.test("ReceiverMetrics names every series from the start, at 0", async () => {
  const { registry } = start();
  assertEquals(await samples(registry), AT_START);
});

Deno.test("ReceiverMetrics counts what the handlers tell and what the store holds", async () => {
  const { registry, metrics, store } = start();
  const tookMs = 2;
  metrics.pushed({ result: "stored", push: { ...snapshot(400), sentBytes: 100 }, tookMs });
  metrics.pushed({ result: "stored", push: { ...snapshot(30), sentBytes: 10 }, tookMs });
  metrics.pushed({ result: "source_failed", push: { ...failure(), sentBytes: 5 }, tookMs });
  metrics.pushed({ result: "outdated", push: { ...snapshot(7), sentBytes: 7 }, tookMs });
  metrics.pushed({ result: "outdated", push: { ...failure(), sentBytes: 0 }, tookMs });
  metrics.refused("too_large");
  metrics.conflicted("home", "office");
  metrics.conflicted("home", "office");
  metrics.scraped({ state: "up", bodyBytes: 1_000, tookMs });
  metrics.scraped({ state: "unknown", bodyBytes: 0, tookMs });
  metrics.delayed(tookMs);
  store.bodyBytes = 110;
  store.states = { up: 2, source_failed: 1, silent: 3 };
  const expected = {
    ...AT_START,
    'prompipe_receiver_pushes_total{result="stored"}': 2,
    'prompipe_receiver_pushes_total{result="source_failed"}': 1,
    'prompipe_receiver_pushes_total{result="outdated"}': 2,
    'prompipe_receiver_source_failures_total{cause="source_refused"}': 1,
    'prompipe_receiver_conflicts_total{owner="home",token="office"}': 2,
    prompipe_receiver_received_bytes_total: 122,
    prompipe_receiver_unpacked_bytes_total: 437,
    prompipe_receiver_push_duration_seconds_count: 5,
    prompipe_receiver_push_duration_seconds_sum: 0.01,
    prompipe_receiver_scrape_duration_seconds_count: 2,
    prompipe_receiver_scrape_duration_seconds_sum: 0.004,
    prompipe_receiver_event_loop_delay_seconds_count: 1,
    prompipe_receiver_event_loop_delay_seconds_sum: 0.002,
    'prompipe_receiver_refusals_total{reason="too_large"}': 1,
    'prompipe_receiver_scrapes_total{state="up"}': 1,
    'prompipe_receiver_scrapes_total{state="unknown"}': 1,
    prompipe_receiver_served_bytes_total: 1_000,
    prompipe_receiver_snapshot_bytes: 110,
    'prompipe_receiver_targets{state="up"}': 2,
    'prompipe_receiver_targets{state="source_failed"}': 1,
    'prompipe_receiver_targets{state="silent"}': 3,
  };
  assertEquals(await samples(registry), expected);
  assertEquals(await samples(registry), expected, "asking again changes nothing");
});

Deno.test("ReceiverMetrics counts every reason for a refusal", async () => {
  const { registry, metrics } = start();
  const reasons = Object.keys(REFUSAL_STATUS) as RefusalReason[];
  for (const reason of reasons) metrics.refused(reason);
  const counted = await samples(registry);
  for (const reason of reasons) {
    assertEquals(counted[`prompipe_receiver_refusals_total{reason="${reason}"}`], 1, reason);
  }
});

Deno.test("ReceiverMetrics has the shape that promtool check metrics asks for", async () => {
  const { registry } = start();
  const families = await registry.getMetricsAsJSON();
  assertEquals(new Set(families.map(({ name }) => name)).size, families.length);
  for (const { name, help, type } of families) {
    assert(/^prompipe_[a-z]+(_[a-z]+)*$/.test(name), name);
    assert(help.trim() !== "" && !help.includes("\n"), name);
    const expected = /_(?:duration|delay)_seconds$/.test(name) ? "histogram" : "gauge";
    assertEquals(String(type), name.endsWith("_total") ? "counter" : expected, name);
    assert(!/_(count|sum|bucket|info|milliseconds|ms|kilobytes|percent)$/.test(name), name);
  }
});

function start() {
  const store = {
    bodyBytes: 0,
    states: { up: 0, source_failed: 0, silent: 0 },
    countStates: () => store.states,
  };
  const registry = new Registry();
  return { registry, store, metrics: new ReceiverMetrics(registry, store) };
}

async function samples(registry: Registry): Promise<Samples> {
  const lines = (await registry.metrics()).split("\n");
  const said = lines.filter((line) => line !== "" && !/^#|_bucket\{/.test(line));
  return Object.fromEntries(said.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

function series(name: string, label: string, values: readonly string[]): Samples {
  return Object.fromEntries(
    values.map((value) => [`prompipe_receiver_${name}{${label}="${value}"}`, 0]),
  );
}
