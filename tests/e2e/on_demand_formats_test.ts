// What a real Prometheus gets through pairs on demand is what the exporter said to it, in
// whatever format it asked for.

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { FakeExporter } from "../fakes/exporter.ts";
import { RecordingProxy } from "../fakes/recording_proxy.ts";
import { testWithParts } from "../parts.ts";
import { openMetricsOnRequest } from "./openmetrics.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { PROTOBUF_TYPE, protobufAnswer } from "./protobuf.ts";
import { assertSame, exemplarsOf, samplesOf } from "./same_series.ts";
import { waitFor } from "./wait_for.ts";

const SOON_MS = 30_000;
const INTERVAL = "500ms";
/** More than one, so that deltas are among them. */
const ANSWERS = 4;
const HISTOGRAM = { counts: [3, 300, 7, 1], sum: 777.5 };

function onDemand(receiver: Receiver, sources: Readonly<Record<string, string>>): Promise<Sender> {
  return Sender.start({
    bearer_token: receiver.token,
    mode: "on_demand",
    pairs: Object.entries(sources).map(([name, source]) => (
      { source, destination: receiver.streamDestination(`/metrics/live/${name}`) }
    )),
  });
}

testWithParts(
  "OpenMetrics has the same samples and exemplars through a pair on demand as scraped directly",
  ["prometheus"],
  async (parts) => {
    await using exporter = FakeExporter.start(openMetricsOnRequest);
    await using receiver = await Receiver.start();
    await using _sender = await onDemand(receiver, { text: exporter.url });
    await using prometheus = await Prometheus.start(parts.prometheus, [
      { job: "direct", address: exporter.address, path: "/metrics" },
      { job: "piped", address: `127.0.0.1:${receiver.scrapePort}`, path: "/metrics/live/text" },
    ], { interval: INTERVAL });
    await waitFor(async () => {
      const direct = await samplesOf(prometheus, "direct");
      assertEquals(direct.length, 6, `scraped directly: ${direct}`);
      assertSame(await samplesOf(prometheus, "piped"), direct);
      const expected = await exemplarsOf(prometheus, "direct");
      assertEquals(expected.length, 2);
      assertSame(await exemplarsOf(prometheus, "piped"), expected);
    }, { timeoutMs: SOON_MS, what: "the same samples and exemplars both ways" });
  },
);

/** Protobuf to who asks for it, a different one each time; text to who doesn't. */
function startProtobuf({ gzipped }: { readonly gzipped: boolean }): FakeExporter {
  let answers = 0;
  return FakeExporter.start(({ headers }) => {
    if (!headers.get("accept")?.includes("io.prometheus.client.MetricFamily")) {
      return new Response("not_asked_for_protobuf 1\n", {
        headers: { "Content-Type": "text/plain" },
      });
    }
    const body = protobufAnswer(HISTOGRAM, ++answers);
    return new Response(gzipped ? new Uint8Array(gzipSync(body)) : body, {
      headers: { "Content-Type": PROTOBUF_TYPE, ...gzipped && { "Content-Encoding": "gzip" } },
    });
  });
}

testWithParts(
  "protobuf with native histograms reaches Prometheus byte for byte through a pair on demand",
  ["prometheus"],
  async (parts) => {
    await using plain = startProtobuf({ gzipped: false });
    await using packed = startProtobuf({ gzipped: true });
    await using receiver = await Receiver.start();
    const ends = [plain, packed].map(({ address }) => ({
      exporter: new RecordingProxy(address),
      scraper: new RecordingProxy(`127.0.0.1:${receiver.scrapePort}`),
    }));
    await using all = new AsyncDisposableStack();
    for (const { exporter, scraper } of ends) [exporter, scraper].forEach((each) => all.use(each));
    const sources = { plain: ends[0]!.exporter.url, packed: ends[1]!.exporter.url };
    await using _sender = await onDemand(receiver, sources);
    await using prometheus = await Prometheus.start(parts.prometheus, [
      { job: "direct", address: plain.address, path: "/metrics" },
      ...Object.keys(sources).map((job, at) => (
        { job, address: ends[at]!.scraper.address, path: `/metrics/live/${job}` }
      )),
    ], { features: ["native-histograms"], interval: INTERVAL });

    const count = HISTOGRAM.counts.reduce((all, each) => all + each);
    await waitFor(async () => {
      const inJob = (query: (selector: string) => string) =>
        Promise.all(["direct", "plain", "packed"].map(async (job) => {
          const found = await prometheus.query(query(`rpc_seconds{job="${job}",site="büro"}`));
          return found.map(({ value }) => Number(value));
        }));
      assertEquals(await inJob((it) => `histogram_count(${it})`), [[count], [count], [count]]);
      const { sum } = HISTOGRAM;
      assertEquals(await inJob((it) => `histogram_sum(${it})`), [[sum], [sum], [sum]]);
      const [direct, ...piped] = await inJob((it) => `histogram_quantile(0.5, ${it})`);
      assert(direct![0]! > 1 && direct![0]! < 2, `${direct}`);
      assertEquals(piped, [direct, direct]);
      for (const { scraper } of ends) {
        assert(scraper.recorded.filter(({ status }) => status === 200).length >= ANSWERS);
      }
    }, { timeoutMs: SOON_MS, what: "the same native histogram both ways" });

    for (const { exporter, scraper } of ends) {
      const said = new Map(exporter.recorded.map(({ body }) => [body.toHex(), body]));
      assertEquals(said.size, exporter.recorded.length, "each answer is another one");
      for (const { status, body, contentType, headers } of scraper.recorded) {
        if (status !== 200) continue; // before the sender was there
        assert(said.delete(body.toHex()), "what the exporter never said, or said once only");
        assertEquals(contentType, PROTOBUF_TYPE);
        const [first] = exporter.recorded;
        assertEquals(first?.headers.get("accept"), headers.get("accept"));
      }
    }
    assertEquals(ends[1]!.exporter.recorded[0]?.contentEncoding, "gzip");
  },
);
