// What breaks is named where Prometheus sees it, and mends by itself.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/fooservice/rpi";
const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 1_000;
const TTL_MS = 3 * INTERVAL_MS + TIMEOUT_MS;
/** For what is bound to happen soon, on a busy machine too. */
const SOON_MS = 15_000;

function config(receiver: Receiver, source: string): unknown {
  return {
    bearer_token: receiver.token,
    interval: `${INTERVAL_MS}ms`,
    timeout: `${TIMEOUT_MS}ms`,
    pairs: [{ source, destination: receiver.destination(PATH) }],
  };
}

/** Waits until the scrape listener answers so, and returns the text. */
function answered(receiver: Receiver, status: number, timeoutMs: number): Promise<string> {
  return waitFor(async () => {
    const answer = await receiver.scrape(PATH);
    assertEquals(answer.status, status, `${answer.status} ${answer.text.slice(0, 200)}`);
    return answer.text;
  }, { timeoutMs, what: `status ${status}` });
}

testWithParts(
  "an exporter that stopped is a 502 with its cause within two intervals, and recovers",
  ["prometheus", "node-exporter"],
  async (parts) => {
    await using receiver = await Receiver.start();
    const exporter = await NodeExporter.start(parts["node-exporter"]);
    await using _exporter = exporter;
    await using _sender = await Sender.start(config(receiver, exporter.url));
    await using prometheus = await Prometheus.start(parts.prometheus, [
      { job: "piped", address: `127.0.0.1:${receiver.scrapePort}`, path: PATH },
    ]);
    const isUp = (value: string) =>
      waitFor(async () => assertEquals(await prometheus.up("piped"), value), {
        timeoutMs: SOON_MS,
        what: `up == ${value}`,
      });
    await answered(receiver, 200, SOON_MS);
    await isUp("1");

    await exporter.process.end("SIGKILL");
    const reason = await answered(receiver, 502, 2 * INTERVAL_MS);
    assertMatch(reason, /connection refused/i);
    assertNotMatch(reason, /fetch failed/i);
    await isUp("0");

    await using _again = await NodeExporter.start(parts["node-exporter"], exporter.port);
    await answered(receiver, 200, SOON_MS);
    await isUp("1");
  },
);

Deno.test("an exporter that hangs is a 502 that names the timeout, and recovers", async () => {
  await using receiver = await Receiver.start();
  await using exporter = FakeExporter.start(() => gauge(1));
  await using _sender = await Sender.start(config(receiver, exporter.url));
  await answered(receiver, 200, SOON_MS);

  exporter.behaviour = { kind: "hang" };
  const reason = await answered(receiver, 502, TIMEOUT_MS + 2 * INTERVAL_MS);
  assertMatch(reason, /time[d ]?\s?out|no answer within|took longer/i);

  exporter.behaviour = { kind: "answer", respond: () => gauge(2) };
  assertMatch(await answered(receiver, 200, SOON_MS), /^fake 2$/m);
});

Deno.test("a sender that was killed is a 503 once its time to live is over", async () => {
  await using receiver = await Receiver.start();
  await using exporter = FakeExporter.start(() => gauge(1));
  const sender = await Sender.start(config(receiver, exporter.url));
  await using _sender = sender;
  await answered(receiver, 200, SOON_MS);

  await sender.process.end("SIGKILL");
  const killedMs = performance.now();
  await answered(receiver, 503, TTL_MS + INTERVAL_MS);
  // The last push may be as old as one pass when the sender dies.
  const servedMs = performance.now() - killedMs;
  assert(servedMs > TTL_MS - INTERVAL_MS - TIMEOUT_MS, `served for ${servedMs} ms only`);

  await using _again = await Sender.start(config(receiver, exporter.url));
  await answered(receiver, 200, SOON_MS);
});

Deno.test("a receiver that was killed is filled again once it is back", async () => {
  const receiver = await Receiver.start();
  await using _receiver = receiver;
  await using exporter = FakeExporter.start(() => gauge(1));
  await using sender = await Sender.start(config(receiver, exporter.url));
  await answered(receiver, 200, SOON_MS);

  await receiver.process.end("SIGKILL");
  // Only a pass that failed shows that the sender has noticed.
  await sender.process.waitForOutput(/refused/i);

  const { token, pushPort, scrapePort } = receiver;
  await using again = await Receiver.start({ token, pushPort, scrapePort });
  await answered(again, 200, SOON_MS);
});
