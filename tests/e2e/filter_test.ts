// keep and drop, held against what Prometheus's own metric_relabel_configs keep.

import { assert, assertEquals } from "@std/assert";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const TIMEOUT_MS = 40_000;

interface Rules {
  readonly keep?: readonly string[];
  readonly drop?: readonly string[];
}

const SETS: readonly Rules[] = [
  { keep: ["node_cpu_seconds_total", "node_memory_.*"] },
  { drop: ["go_.*", "node_scrape_.*"] },
  { keep: ["node_(load|network).*", "go_gc_duration_seconds"], drop: [".*_total", "node_load15"] },
  { keep: ["(?i)NODE_LOAD\\d+", "go_gc_duration_seconds_(sum|count)", "process_[[:alpha:]]+_.*"] },
  { drop: ["node", "node_load", "load1", "[^g].*", ".*info"] },
  { keep: ["no_such_metric"] },
];

/** The same as one step of keep and one of drop. */
function relabelConfigs({ keep = [], drop = [] }: Rules): unknown[] {
  return Object.entries({ keep, drop }).filter(([, list]) => list.length > 0)
    .map(([action, list]) => ({
      source_labels: ["__name__"],
      regex: list.map((each) => `(?:${each})`).join("|"),
      action,
    }));
}

const OF_THE_SCRAPE =
  "up|scrape_duration_seconds|scrape_samples_scraped|scrape_samples_post_metric_relabeling|" +
  "scrape_series_added";

testWithParts(
  "keep and drop keep what Prometheus's own metric_relabel_configs keep of a node exporter",
  ["prometheus", "node-exporter"],
  async (parts) => {
    await using exporter = await NodeExporter.start(parts["node-exporter"]);
    await using receiver = await Receiver.start();
    await using _sender = await Sender.start({
      bearer_token: receiver.token,
      interval: "1s",
      pairs: SETS.map((rules, index) => ({
        source: exporter.url,
        destination: receiver.destination(`/metrics/set/${index}`),
        ...rules,
      })),
    });
    await using prometheus = await Prometheus.start(
      parts.prometheus,
      SETS.flatMap((rules, index) => [
        {
          job: `piped ${index}`,
          address: `127.0.0.1:${receiver.scrapePort}`,
          path: `/metrics/set/${index}`,
        },
        {
          job: `direct ${index}`,
          config: {
            static_configs: [{ targets: [exporter.address] }],
            metric_relabel_configs: relabelConfigs(rules),
          },
        },
      ]),
    );

    async function series(job: string): Promise<string[]> {
      const found = await prometheus.query(`{job="${job}", __name__!~"${OF_THE_SCRAPE}"}`);
      return found.map(({ labels: { job: _, instance: __, ...own } }) =>
        JSON.stringify(Object.entries(own).sort(([a], [b]) => a < b ? -1 : 1))
      ).sort();
    }

    const counts: number[] = [];
    for (const index of SETS.keys()) {
      counts[index] = await waitFor(async () => {
        assertEquals(await prometheus.up(`piped ${index}`), "1");
        assertEquals(await prometheus.up(`direct ${index}`), "1");
        const direct = await series(`direct ${index}`);
        assertEquals(await series(`piped ${index}`), direct);
        return direct.length;
      }, { timeoutMs: TIMEOUT_MS, what: `the same series of set ${index}` });
    }
    assertEquals(counts.at(-1), 0);
    for (const count of counts.slice(0, -1)) assert(count > 0, `series: ${counts}`);
  },
);
