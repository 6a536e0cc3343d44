import { assert, assertEquals } from "@std/assert";
import { Registry } from "prom-client";
import { SenderMetrics } from "../../../sender/metrics.ts";
import { type PassObserver, type Relayed, startSender } from "../../../sender/mod.ts";
import { FakeExporter } from "../../fakes/exporter.ts";
import { makeDestination, makePair, makeSource } from "../../fakes/pair.ts";
import { RecordedLog } from "../../fakes/recorded_log.ts";
import { acknowledge, type StreamEnd } from "../../fakes/stream_end.ts";
import { StreamReceiver } from "../../fakes/stream_receiver.ts";
import { waitFor } from "../../e2e/wait_for.ts";

const SCRAPE = {
  type: "scrape",
  request: 1,
  channel: 0,
  timeoutMs: 10_000,
  accept: "",
  params: "",
} as const;

function pairTo(receiver: StreamReceiver, url: string, overrides = {}) {
  return makePair({
    source: makeSource(url),
    destinations: [makeDestination(receiver.destination("/metrics/node/rpi"))],
    mode: "on_demand",
    ...overrides,
  });
}

function start(config: Relayed, observer?: PassObserver) {
  const log = new RecordedLog();
  const options = { log, userAgent: "prompipe/test", observer };
  return Object.assign(startSender(config, options), { log });
}

function until<T>(condition: () => T): Promise<T> {
  return waitFor(condition, { timeoutMs: 10_000, what: "the stream" });
}

/** The stream, once its targets are there. */
function streamOf(receiver: StreamReceiver, targets = 1): Promise<StreamEnd> {
  return until(() => {
    const stream = receiver.streams.at(-1)!;
    assertEquals(stream.targets.size, targets);
    return stream;
  });
}

/** What comes back, frame or body. */
function answerTo(stream: StreamEnd, request: number) {
  return until(() => {
    const none = stream.framesOf("no_answer").find((each) => each.request === request);
    if (none !== undefined) return `${none.status} ${none.cause}: ${none.detail}`;
    const body = stream.bodies.find((each) => each.request === request);
    assert(body !== undefined);
    return new TextDecoder().decode(body.body);
  });
}

/** Says what it was asked. */
function echo(request: Request): Response {
  const { search } = new URL(request.url);
  const { headers } = request;
  const text = [search, headers.get("accept"), headers.get("x-prometheus-scrape-timeout-seconds")];
  return new Response(text.join("\n"), { headers: { "Content-Type": "text/x" } });
}

Deno.test("a pair on demand is known to its receiver, and fetches nothing unless it is asked", async () => {
  await using exporter = FakeExporter.start(echo);
  await using receiver = new StreamReceiver();
  await using _ = start({
    pairs: [pairTo(receiver, exporter.url, { paramsAllowed: ["target"] })],
  });
  const stream = await streamOf(receiver);
  const { mode, job, instance, paramsAllowed } = stream.targets.get(0)!;
  assertEquals([mode, job, instance, paramsAllowed], ["on_demand", "node", "rpi", ["target"]]);
  assertEquals(stream.framesOf("hello")[0]?.maxScrapes, 100);
  assertEquals(exporter.asked, 0);
  stream.send({ ...SCRAPE, accept: "text/y" });
  assertEquals(await answerTo(stream, 1), "\ntext/y\n10");
  assertEquals(stream.bodies[0]?.contentType, "text/x");
  assertEquals(exporter.asked, 1);
});

Deno.test("a scrape adds the parameters that its pair allows, and no others", async () => {
  await using exporter = FakeExporter.start(echo);
  await using receiver = new StreamReceiver();
  await using _ = start({
    pairs: [
      pairTo(receiver, `${exporter.url}?module=a&x=1`, { paramsAllowed: ["target", "module"] }),
    ],
  });
  const stream = await streamOf(receiver);
  stream.send({ ...SCRAPE, accept: "a", params: "target=b%26c&target=d" });
  assertEquals(await answerTo(stream, 1), "?module=a&x=1&target=b%26c&target=d\na\n10");
  stream.send({ ...SCRAPE, request: 2, accept: "a", params: "module=b" });
  assertEquals(await answerTo(stream, 2), "?x=1&module=b\na\n10");
  stream.send({ ...SCRAPE, request: 3, params: "target=b&debug=1" });
  assertEquals(
    await answerTo(stream, 3),
    '400 source_refused: parameter "debug" is not allowed (params_allowed)',
  );
  assertEquals(exporter.asked, 2);
});

Deno.test("a scrape that can't be answered says why, at once", async () => {
  await using hanging = FakeExporter.startHanging();
  await using failing = FakeExporter.start(() => new Response("no", { status: 500 }));
  await using receiver = new StreamReceiver();
  await using sender = start({
    pairs: [hanging.url, failing.url, "http://127.0.0.1:1/metrics"].map((url, index) =>
      pairTo(receiver, url, {
        destinations: [makeDestination(receiver.destination(`/metrics/node/${index}`), {
          target: { job: "node", instance: String(index) },
          bearerToken: "t".repeat(20),
        })],
      })
    ),
  });
  const stream = await streamOf(receiver, 3);
  assertEquals(receiver.streams.length, 1);
  stream.send({ ...SCRAPE, request: 1, channel: 0, timeoutMs: 20 });
  stream.send({ ...SCRAPE, request: 2, channel: 1 });
  stream.send({ ...SCRAPE, request: 3, channel: 2 });
  stream.send({ ...SCRAPE, request: 4, channel: 7 });
  assertEquals(
    await answerTo(stream, 1),
    `504 source_timeout: no whole answer in 20ms (${hanging.address})`,
  );
  assertEquals(await answerTo(stream, 2), `502 source_status: answered 500 (${failing.address})`);
  assertEquals(await answerTo(stream, 3), "502 source_refused: connection refused (127.0.0.1:1)");
  assertEquals(await answerTo(stream, 4), "503 source_refused: the target is gone");
  assertEquals(sender.isAlive(), true);
});

Deno.test("a scrape that was cancelled is not answered, and frees its place", async () => {
  await using hanging = FakeExporter.startHanging();
  await using receiver = new StreamReceiver();
  await using _ = start({ pairs: [pairTo(receiver, hanging.url)] });
  const stream = await streamOf(receiver);
  for (let request = 0; request < 201; request++) stream.send({ ...SCRAPE, request });
  assertEquals(
    await answerTo(stream, 200),
    "503 source_refused: too many scrapes are under way at the sender",
  );
  stream.send({ type: "cancel", request: 0 });
  stream.send({ ...SCRAPE, request: 300, timeoutMs: 1 });
  assertEquals((await answerTo(stream, 300)).slice(0, 18), "504 source_timeout");
  assertEquals(stream.framesOf("no_answer").length, 2);
});

Deno.test("answers are deltas where a receiver keeps what came before, and whole where it doesn't", async () => {
  let count = 0;
  await using exporter = FakeExporter.start(() =>
    new Response(`${"a 1\n".repeat(500)}b ${count++}\n`)
  );
  let isFirstDelta = true;
  await using receiver = new StreamReceiver({
    judge(frame, number) {
      if (frame.type !== "answer" || frame.encoding !== "delta" || !isFirstDelta) return undefined;
      isFirstDelta = false;
      return {
        type: "refused",
        number,
        status: 412,
        reason: "no_base",
        detail: "",
        retryAfterS: 0,
      };
    },
  });
  await using _ = start({ pairs: [pairTo(receiver, exporter.url)] });
  const stream = await streamOf(receiver);
  for (const request of [1, 2, 3]) {
    stream.send({ ...SCRAPE, request });
    await until(() => assertEquals(stream.bodies.at(-1)?.request, request));
    await until(() => assertEquals(stream.bodies.length, [1, 3, 4][request - 1]));
  }
  const seen = stream.bodies.map(({ request, sentAs }) => `${request} ${sentAs}`);
  assertEquals(seen, ["1 gzip", "2 delta", "2 gzip", "3 delta"]);
});

Deno.test("a config that is read again ends and begins targets on the open stream", async () => {
  await using exporter = FakeExporter.start(echo);
  await using receiver = new StreamReceiver();
  const bearerToken = "t".repeat(20);
  const pair = (instance: string) =>
    pairTo(receiver, exporter.url, {
      destinations: [makeDestination(receiver.destination(`/metrics/node/${instance}`), {
        target: { job: "node", instance },
        bearerToken,
      })],
    });
  await using sender = start({ pairs: [pair("a")] });
  const stream = await streamOf(receiver);
  await sender.apply({ pairs: [pair("b")] });
  await until(() => assertEquals(stream.targets.get(0)?.instance, "b"));
  assertEquals(receiver.streams.length, 1);
  await sender.apply({ pairs: [] });
  await until(() => assertEquals(stream.closeCode, 1000));
});

Deno.test("an answer is counted as what the receiver says of it, however late", async () => {
  await using exporter = FakeExporter.start(echo);
  await using receiver = new StreamReceiver({
    judge(frame, number) {
      if (frame.type !== "answer" || frame.request === 1) return acknowledge(frame, number);
      if (frame.request === 3) return undefined;
      const refusal = { status: 413, reason: "too_large", detail: "too much", retryAfterS: 0 };
      return { type: "refused", number, ...refusal };
    },
  });
  const pair = pairTo(receiver, exporter.url);
  const registry = new Registry();
  await using sender = start({ pairs: [pair] }, new SenderMetrics(registry, [pair]));
  const deliveries = registry.getSingleMetric("prompipe_sender_deliveries_total")!;
  const counted = (result: string) =>
    until(async () => {
      const { values } = await deliveries.get();
      const count = (name: string) => values.find(({ labels }) => labels["result"] === name)?.value;
      assertEquals(count(result), 1, result);
      return count("ok");
    });
  const stream = await streamOf(receiver);
  stream.send({ ...SCRAPE, request: 1 });
  assertEquals(await counted("ok"), 1);
  stream.send({ ...SCRAPE, request: 2 });
  assertEquals(await counted("refused"), 1);
  stream.send({ ...SCRAPE, request: 3 });
  await answerTo(stream, 3);
  stream.close(1001);
  assertEquals(await counted("failed"), 1);
  const told = sender.log.events.filter(({ event }) => event === "target refused");
  assertEquals(told.map(({ fields }) => String(fields["reason"]).slice(0, 12)), ["413 too much"]);
});
