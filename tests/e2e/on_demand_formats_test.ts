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

/** What goes in at one end of a pair and comes out at the other. */
interface Ends {
  readonly exporter: RecordingProxy;
  readonly scraper: RecordingProxy;
}

testWithParts(
  "OpenMetrics with exemplars and protobuf with native histograms reach Prometheus as they are",
  ["prometheus"],
  async (parts) => {
    await using text = FakeExporter.start(openMetricsOnRequest);
    await using plain = startProtobuf({ gzipped: false });
    await using packed = startProtobuf({ gzipped: true });
    await using receiver = await Receiver.start();
    const scrapeAddress = `127.0.0.1:${receiver.scrapePort}`;
    await using all = new AsyncDisposableStack();
    const [ofPlain, ofPacked] = [plain, packed].map(({ address }): Ends => ({
      exporter: all.use(new RecordingProxy(address)),
      scraper: all.use(new RecordingProxy(scrapeAddress)),
    })) as [Ends, Ends];
    await using _sender = await onDemand(receiver, {
      text: text.url,
      plain: ofPlain.exporter.url,
      packed: ofPacked.exporter.url,
    });
    const piped = (job: string, address: string) => ({
      job,
      address,
      path: `/metrics/live/${job}`,
    });
    await using prometheus = await Prometheus.start(parts.prometheus, [
      { job: "text-direct", address: text.address, path: "/metrics" },
      piped("text", scrapeAddress),
      { job: "direct", address: plain.address, path: "/metrics" },
      piped("plain", ofPlain.scraper.address),
      piped("packed", ofPacked.scraper.address),
    ], { features: ["native-histograms"], interval: "500ms" });

    await waitFor(() => assertSameText(prometheus), {
      timeoutMs: SOON_MS,
      what: "the same samples and exemplars both ways",
    });
    await waitFor(async () => {
      await assertSameHistogram(prometheus);
      for (const { scraper } of [ofPlain, ofPacked]) {
        assert(scraper.recorded.filter(({ status }) => status === 200).length >= ANSWERS);
      }
    }, { timeoutMs: SOON_MS, what: "the same native histogram both ways" });
    for (const ends of [ofPlain, ofPacked]) assertSameBytes(ends);
    assertEquals(ofPacked.exporter.recorded[0]?.contentEncoding, "gzip");
  },
);

async function assertSameText(prometheus: Prometheus): Promise<void> {
  const direct = await samplesOf(prometheus, "text-direct");
  assertEquals(direct.length, 6, `scraped directly: ${direct}`);
  assertSame(await samplesOf(prometheus, "text"), direct);
  const expected = await exemplarsOf(prometheus, "text-direct");
  assertEquals(expected.length, 2);
  assertSame(await exemplarsOf(prometheus, "text"), expected);
}

async function assertSameHistogram(prometheus: Prometheus): Promise<void> {
  const inJobs = (query: (selector: string) => string) =>
    Promise.all(["direct", "plain", "packed"].map(async (job) => {
      const found = await prometheus.query(query(`rpc_seconds{job="${job}",site="büro"}`));
      return found.map(({ value }) => Number(value));
    }));
  const { sum, counts } = HISTOGRAM;
  const count = counts.reduce((all, each) => all + each);
  assertEquals(await inJobs((it) => `histogram_count(${it})`), [[count], [count], [count]]);
  assertEquals(await inJobs((it) => `histogram_sum(${it})`), [[sum], [sum], [sum]]);
  const [direct, ...piped] = await inJobs((it) => `histogram_quantile(0.5, ${it})`);
  assert(direct![0]! > 1 && direct![0]! < 2, `${direct}`);
  assertEquals(piped, [direct, direct]);
}

function assertSameBytes({ exporter, scraper }: Ends): void {
  const said = new Set(exporter.recorded.map(({ body }) => body.toHex()));
  assertEquals(said.size, exporter.recorded.length, "each answer is another one");
  for (const { status, body, contentType, headers } of scraper.recorded) {
    if (status !== 200) continue; // before the sender was there
    assert(said.delete(body.toHex()), "what the exporter never said, or said once only");
    assertEquals(contentType, PROTOBUF_TYPE);
    assertEquals(exporter.recorded[0]?.headers.get("accept"), headers.get("accept"));
  }
}
