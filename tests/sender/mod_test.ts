import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { startSender } from "../../sender/mod.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { makeDestination, makePair, makeSource } from "../fakes/pair.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const HOUR_MS = 3_600_000;

/** A receiver that hands out the first push. */
function startReceiver() {
  const { promise: pushed, resolve } = Promise.withResolvers<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    resolve(gunzipSync(await request.bytes()).toString());
    return new Response(null, { status: 204 });
  });
  const destination = makeDestination(`http://127.0.0.1:${server.addr.port}/metrics/node/rpi`);
  return { destination, pushed, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A pair of a sender that will never be due, bar the first one. */
function idlePairs(count: number, source: string) {
  return Array.from({ length: count }, (_, index) =>
    makePair({
      source: makeSource(source),
      destinations: [makeDestination(`http://push.example/metrics/node/${index}`)],
      intervalMs: HOUR_MS,
    }));
}

Deno.test("startSender() pipes a source to its destination until it is stopped", async () => {
  const log = new RecordedLog();
  await using exporter = FakeExporter.start(() => gauge(42));
  await using receiver = startReceiver();
  const { destination } = receiver;
  const pair = makePair({
    source: makeSource(exporter.url),
    destinations: [destination],
    intervalMs: HOUR_MS,
  });
  const sender = startSender({ pairs: [pair] }, { log, userAgent: "prompipe/test" });
  assertEquals(await receiver.pushed, "# TYPE fake gauge\nfake 42\n");
  await sender.stop();
  assertEquals(log.events, [
    {
      level: "info",
      event: "piping",
      fields: { source: exporter.url, destination: destination.url.href },
    },
    { level: "info", event: "stopped", fields: {} },
  ]);
});

Deno.test("startSender() names up to twenty pairs in its first lines, and counts more", async () => {
  await using exporter = FakeExporter.startHanging();
  for (const [count, lines] of [[0, 1], [1, 1], [20, 20], [21, 1]] as const) {
    const log = new RecordedLog();
    {
      await using _ = startSender({ pairs: idlePairs(count, exporter.url) }, {
        log,
        userAgent: "test",
      });
    }
    const piping = log.events.filter(({ event }) => event === "piping");
    assertEquals(piping.length, lines);
    if (lines !== count) assertEquals(piping[0]!.fields, { pairs: count });
  }
});

Deno.test("startSender() spreads the first passes over the interval", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using exporter = FakeExporter.start(() => {
    resolve();
    return gauge(1);
  });
  const log = new RecordedLog();
  await using _ = startSender({ pairs: idlePairs(20, exporter.url) }, { log, userAgent: "test" });
  await asked;
  // Whoever asked at the start stands before this one.
  await (await fetch(exporter.url)).text();
  assertEquals(exporter.asked, 2);
});

Deno.test("Sender.stop() resolves only once it has stopped, for whoever asks", async () => {
  const log = new RecordedLog();
  await using exporter = FakeExporter.startHanging();
  const sender = startSender({ pairs: idlePairs(1, exporter.url) }, { log, userAgent: "test" });
  const first = sender.stop();
  await sender.stop();
  const stopped = log.events.filter(({ event }) => event === "stopped").length;
  await first;
  assertEquals(stopped, 1);
});

Deno.test("startSender() pipes its own metrics where the config says self", async () => {
  await using receiver = startReceiver();
  const { source: _, ...self } = makePair({ destinations: [receiver.destination] });
  const ownMetrics = { contentType: "text/plain", metrics: () => Promise.resolve("own 1\n") };
  const log = new RecordedLog();
  const options = { log, userAgent: "test", ownMetrics };
  await using _sender = startSender({ pairs: [], self }, options);
  assertEquals(await receiver.pushed, "own 1\n");
  assertEquals(log.events[0]!.fields["source"], "self:/metrics");
});

Deno.test("Sender.apply() goes over to other pairs, and tells how things stand", async () => {
  await using exporter = FakeExporter.startHanging();
  const log = new RecordedLog();
  const [a, b, c] = idlePairs(3, exporter.url);
  await using sender = startSender({ pairs: [a!, b!] }, { log, userAgent: "test" });
  assertEquals(sender.standing, "2 pairs, all well");
  const changes = await sender.apply({ pairs: [b!, c!] });
  assertEquals(changes, { kept: 1, added: [c!], removed: [a!] });
  assertEquals(await sender.apply({ pairs: [b!] }), { kept: 1, added: [], removed: [c!] });
  assertEquals([sender.standing, sender.isAlive()], ["1 pair, all well", true]);
});

Deno.test("startSender() starts no loop for a config that comes while it stops", async () => {
  const log = new RecordedLog();
  await using exporter = FakeExporter.startHanging();
  const sender = startSender({ pairs: idlePairs(1, exporter.url) }, { log, userAgent: "test" });
  const applying = sender.apply({ pairs: idlePairs(2, `${exporter.url}?other`) });
  await sender.stop();
  await applying;
  assertEquals(sender.standing.split(",")[0], "0 pairs");
  await sender.apply({ pairs: idlePairs(3, exporter.url) });
  assertEquals(sender.standing.split(",")[0], "0 pairs");
});

Deno.test("startSender() keeps no connection open to a source that is gone", async () => {
  const server = createServer((_, response) => response.end("up 1\n"));
  server.keepAliveTimeout = 0; // as of exporters in Go: they never hang up
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connected = once(server, "connection");
  await using receiver = startReceiver();
  const pair = makePair({
    source: makeSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`),
    destinations: [receiver.destination],
    intervalMs: HOUR_MS,
  });
  const sender = startSender({ pairs: [pair] }, { log: new RecordedLog(), userAgent: "test" });
  const [connection] = await connected;
  await receiver.pushed;
  const closed = once(connection, "close");
  await sender.apply({ pairs: idlePairs(1, "http://127.0.0.1:9/metrics") });
  await closed;
  await sender.stop();
  server.close();
});
