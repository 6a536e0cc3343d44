// The main promise: what Prometheus gets through prompipe is what it would have got
// from the exporter itself.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { type Labels, Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/fooservice/rpi";
const TIMEOUT_MS = 30_000;

/** What Prometheus adds to each scrape, in its own words. */
const OF_THE_SCRAPE = new Set([
  "up",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
  "scrape_samples_post_metric_relabeling",
  "scrape_series_added",
]);

function startSender(receiver: Receiver, source: string): Promise<Sender> {
  return Sender.start({
    bearer_token: receiver.token,
    interval: "1s",
    pairs: [{ source, destination: receiver.destination(PATH) }],
  });
}

function startPrometheus(
  part: Parameters<typeof Prometheus.start>[0],
  receiver: Receiver,
  exporterAddress: string,
): Promise<Prometheus> {
  return Prometheus.start(part, [
    { job: "direct", address: exporterAddress, path: "/metrics" },
    { job: "piped", address: `127.0.0.1:${receiver.scrapePort}`, path: PATH },
  ]);
}

/** The current series of a job as sorted lines, without what differs by design. */
async function seriesOf(prometheus: Prometheus, job: string): Promise<string[]> {
  const found = await prometheus.query(`{job="${job}"}`);
  return found
    .filter(({ labels }) => !OF_THE_SCRAPE.has(labels.__name__!))
    .map(({ labels }) => {
      const { job: _job, instance: _instance, ...own } = labels;
      return line(own);
    })
    .sort();
}

function line(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Fails, and says where, unless both hold the same. */
function assertSame(piped: readonly string[], direct: readonly string[]): void {
  const inPiped = new Set(piped);
  const inDirect = new Set(direct);
  assertEquals(
    {
      onlyPiped: piped.filter((series) => !inDirect.has(series)),
      onlyDirect: direct.filter((series) => !inPiped.has(series)),
    },
    { onlyPiped: [], onlyDirect: [] },
  );
  assertEquals(piped.length, direct.length);
}

testWithParts(
  "a node exporter has the same series through prompipe as scraped directly",
  ["prometheus", "node-exporter"],
  async (parts) => {
    await using exporter = await NodeExporter.start(parts["node-exporter"]);
    await using receiver = await Receiver.start();
    await using _sender = await startSender(receiver, exporter.url);
    await using prometheus = await startPrometheus(parts.prometheus, receiver, exporter.address);

    await waitFor(async () => assertEquals(await prometheus.up("piped"), "1"), {
      timeoutMs: TIMEOUT_MS,
      what: "up == 1 through prompipe",
    });
    // Series come and go between two scrapes: equal once is equal.
    await waitFor(async () => {
      const direct = await seriesOf(prometheus, "direct");
      assert(direct.length > 300, `only ${direct.length} series scraped directly`);
      assert(direct.some((series) => series.includes('"node_cpu_seconds_total"')));
      assertSame(await seriesOf(prometheus, "piped"), direct);
    }, { timeoutMs: TIMEOUT_MS, what: "the same series both ways" });
  },
);

const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const OPENMETRICS = `# TYPE jobs counter
# HELP jobs Jobs done.
jobs_total{kind="a"} 17.0 # {trace_id="KOO5S4vxi0o"} 0.67
jobs_created{kind="a"} 1520872607.123
# TYPE latency histogram
latency_bucket{le="0.1"} 8 # {trace_id="oHg5SJYRHA0"} 0.054
latency_bucket{le="+Inf"} 9
latency_count 9
latency_sum 3.14
# EOF
`;

/** OpenMetrics to who asks for it, something else to who doesn't. */
function openMetricsOnRequest(request: Request): Response {
  return request.headers.get("accept")?.includes("application/openmetrics-text")
    ? new Response(OPENMETRICS, { headers: { "Content-Type": OPENMETRICS_TYPE } })
    : new Response("not_asked_for_openmetrics 1\n", { headers: { "Content-Type": "text/plain" } });
}

testWithParts(
  "OpenMetrics has the same series and exemplars through prompipe as scraped directly",
  ["prometheus"],
  async (parts) => {
    await using exporter = FakeExporter.start(openMetricsOnRequest);
    await using receiver = await Receiver.start();
    await using _sender = await startSender(receiver, exporter.url);
    await using prometheus = await startPrometheus(parts.prometheus, receiver, exporter.address);

    const exemplars = async (job: string) =>
      (await prometheus.exemplars(`{job="${job}"}`)).map(({ labels, value }) =>
        `${line(labels)} ${value}`
      ).sort();
    await waitFor(async () => {
      const direct = await seriesOf(prometheus, "direct");
      assertEquals(direct.length, 6, `scraped directly: ${direct}`);
      assertSame(await seriesOf(prometheus, "piped"), direct);
      const expected = await exemplars("direct");
      assertEquals(expected.length, 2);
      assertSame(await exemplars("piped"), expected);
    }, { timeoutMs: TIMEOUT_MS, what: "the same series and exemplars both ways" });
  },
);
