import { assert, assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { ReceiverMetrics } from "../../receiver/metrics.ts";
import { REFUSAL_STATUS, type RefusalReason } from "../../receiver/refusal.ts";

/** Samples by name and labels, as they stand in the exposition. */
type Samples = Record<string, number>;

const AT_START: Samples = {
  ...series("pushes_total", "result", ["stored", "source_failed", "outdated"]),
  ...series("refusals_total", "reason", Object.keys(REFUSAL_STATUS)),
  ...series("scrapes_total", "state", ["up", "source_failed", "silent", "unknown"]),
  ...series("targets", "state", ["up", "source_failed", "silent"]),
  prompipe_receiver_received_bytes_total: 0,
  prompipe_receiver_served_bytes_total: 0,
  prompipe_receiver_snapshot_bytes: 0,
};

Deno.test("ReceiverMetrics names every series from the start, at 0", async () => {
  const { registry } = start();
  assertEquals(await samples(registry), AT_START);
});

Deno.test("ReceiverMetrics counts what the handlers tell and what the store holds", async () => {
  const { registry, metrics, store } = start();
  metrics.pushed("stored", 100);
  metrics.pushed("stored", 10);
  metrics.pushed("source_failed", 5);
  metrics.pushed("outdated", 7);
  metrics.refused("too_large");
  metrics.scraped("up", 1_000);
  metrics.scraped("unknown", 0);
  store.bodyBytes = 110;
  store.states = { up: 2, source_failed: 1, silent: 3 };
  const expected = {
    ...AT_START,
    'prompipe_receiver_pushes_total{result="stored"}': 2,
    'prompipe_receiver_pushes_total{result="source_failed"}': 1,
    'prompipe_receiver_pushes_total{result="outdated"}': 1,
    prompipe_receiver_received_bytes_total: 122,
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
    assertEquals(String(type), name.endsWith("_total") ? "counter" : "gauge", name);
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
  const said = lines.filter((line) => line !== "" && !line.startsWith("#"));
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
