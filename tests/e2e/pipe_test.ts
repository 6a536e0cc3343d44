// The main promise: what Prometheus gets through prompipe is what it would have got
// from the exporter itself.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { openMetricsOnRequest } from "./openmetrics.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { assertSame, exemplarsOf, seriesOf } from "./same_series.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/fooservice/rpi";
const TIMEOUT_MS = 30_000;

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

testWithParts(
  "OpenMetrics has the same series and exemplars through prompipe as scraped directly",
  ["prometheus"],
  async (parts) => {
    await using exporter = FakeExporter.start(openMetricsOnRequest);
    await using receiver = await Receiver.start();
    await using _sender = await startSender(receiver, exporter.url);
    await using prometheus = await startPrometheus(parts.prometheus, receiver, exporter.address);

    await waitFor(async () => {
      const direct = await seriesOf(prometheus, "direct");
      assertEquals(direct.length, 6, `scraped directly: ${direct}`);
      assertSame(await seriesOf(prometheus, "piped"), direct);
      const expected = await exemplarsOf(prometheus, "direct");
      assertEquals(expected.length, 2);
      assertSame(await exemplarsOf(prometheus, "piped"), expected);
    }, { timeoutMs: TIMEOUT_MS, what: "the same series and exemplars both ways" });
  },
);
