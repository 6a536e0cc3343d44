// The config of a stream where the receiver knows none: the same snapshots arrive by PUT, and go
// over to the stream once there is one.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PutDelivery } from "../../sender/delivery.ts";
import { Links } from "../../sender/stream/links.ts";
import { streamDelivery } from "../../sender/stream/stream_deliveries.ts";
import { realTiming, type Timing } from "../../sender/timing.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { makeDestination, makePair } from "../fakes/pair.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { report, scraped } from "../sender/reports.ts";
import { type NoStream, OldReceiver } from "./old_receiver.ts";
import { newToken, Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/node/rpi";
const SOON_MS = 30_000;
const PASSES = 5;

/** How receivers and what stands before them say that there are no streams. */
const NO_STREAM: Readonly<Record<string, NoStream>> = {
  "404": () => new Response("404 page not found\n", { status: 404 }),
  "405": () => new Response(null, { status: 405, headers: { Allow: "PUT" } }),
  "426": () => new Response(null, { status: 426 }),
  "501": () => new Response("not implemented", { status: 501 }),
  "200": () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
};

Deno.test("receivers without the stream get by PUT what a stream's config says, and the log says so once", async () => {
  const token = newToken();
  const said = new Set<string>();
  await using exporter = FakeExporter.start(() => {
    const answer = gauge(said.size);
    said.add(`# TYPE fake gauge\nfake ${said.size}\n`);
    return answer;
  });
  await using all = new AsyncDisposableStack();
  const receivers = Object.entries(NO_STREAM).map(([status, noStream]) => ({
    status,
    receiver: all.use(new OldReceiver(token, noStream)),
  }));
  await using sender = await Sender.start({
    bearer_token: token,
    interval: "200ms",
    pairs: receivers.flatMap(({ receiver: { port } }) => [
      { source: exporter.url, destination: `ws://127.0.0.1:${port}${PATH}` },
      {
        source: exporter.url,
        destination: `ws://127.0.0.1:${port}/metrics/node/live`,
        mode: "on_demand",
      },
    ]),
  });
  await waitFor(() => {
    for (const { status, receiver: { pushed } } of receivers) {
      assert(pushed.length >= PASSES, `${status}: ${pushed.length} pushes`);
    }
  }, { timeoutMs: SOON_MS, what: "pushes by PUT" });
  // A busy machine skips passes, and says so.
  const warnings = sender.process.output.split("\n")
    .filter((line) => /level=warn/.test(line) && !line.includes("passes skipped"));
  for (const { status, receiver: { port, pushed, asked } } of receivers) {
    assertEquals(pushed.filter((text) => !said.has(text)), [], status);
    assertEquals(asked, 1, status);
    const own = warnings.filter((line) => line.includes(`:${port}/`));
    assertEquals(own.length, 1, own.join("\n"));
    assertMatch(own[0]!, new RegExp(`pushing by PUT.*reason="${status}.*a pair on demand can't`));
  }
  assertEquals(warnings.length, receivers.length, warnings.join("\n"));
});

/** In which waits for minutes end when the test says so. */
function impatient() {
  const over = Promise.withResolvers<void>();
  const timing: Timing = {
    ...realTiming,
    async wait(ms, signal) {
      if (ms < 60_000) return await realTiming.wait(ms, signal);
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason));
      return await Promise.race([over.promise, aborted.promise]);
    },
  };
  return { timing, minutesPass: () => over.resolve() };
}

Deno.test("a sender goes over to the stream of a receiver that has got it since", async () => {
  const old = new OldReceiver(newToken(), NO_STREAM["404"]!);
  const { port, token } = old;
  const { timing, minutesPass } = impatient();
  const log = new RecordedLog();
  const userAgent = "prompipe/test";
  const env = () => undefined;
  using links = new Links({ userAgent, env, timing, log });
  const destination = makeDestination(`ws://127.0.0.1:${port}${PATH}`, { bearerToken: token });
  const pair = makePair({ destinations: [destination] });
  const { timeoutMs } = pair;
  const put = new PutDelivery({ destination, timeoutMs, userAgent, fetch });
  const delivery = streamDelivery({ destination, pair }, { links, put });
  let value = 0;
  const deliver = async () => {
    const body = new TextEncoder().encode(`x ${++value}\n`);
    const pushed = { ...report(scraped({ body })), scrapedAtMs: Date.now() };
    const result = await delivery.deliver(pushed, AbortSignal.timeout(SOON_MS));
    assert(result.ok, JSON.stringify(result));
  };
  await deliver();
  await deliver();
  assertEquals([old.asked, old.pushed], [1, ["x 1\n", "x 2\n"]]);
  await old[Symbol.asyncDispose]();

  await using receiver = await Receiver.start({ token, pushPort: port });
  const arrival = async () => {
    const { targets: [target] } = JSON.parse((await receiver.scrape("/api/v1/targets")).text);
    return target?.arrival;
  };
  await deliver();
  assertEquals(await arrival(), "put");
  minutesPass();
  await waitFor(async () => {
    await deliver();
    assertEquals(await arrival(), "stream");
  }, { timeoutMs: SOON_MS, what: "the stream" });
  assertEquals((await receiver.scrape(PATH)).text, `x ${value}\n`);
  assertEquals(log.events.map(({ level, event }) => [level, event]), [
    ["warn", "pushing by PUT"],
    ["info", "streaming again"],
  ]);
  delivery.end?.();
});
