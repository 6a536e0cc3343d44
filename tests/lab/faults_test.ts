// What breaks at either end is named where Prometheus sees it, and mends by itself.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { NodeExporter } from "../e2e/node_exporter.ts";
import { Prometheus } from "../e2e/prometheus.ts";
import { Receiver, Sender } from "../e2e/prompipe.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { scenario } from "./scenario.ts";
import { stopwatch } from "./stopwatch.ts";

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

scenario({
  name: "exporter-killed",
  breaks: "a node exporter is killed, and started again",
  holds: "502 with its cause within two intervals, up 0 in Prometheus, then as before",
  needs: ["prometheus", "node-exporter"],
  ci: true,
}, async (seen, parts) => {
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
  const sinceKill = stopwatch();
  const reason = await answered(receiver, 502, 2 * INTERVAL_MS);
  seen("502 after", sinceKill(), "s");
  assertMatch(reason, /connection refused/i);
  assertNotMatch(reason, /fetch failed/i);
  await isUp("0");
  seen("up 0 after", sinceKill(), "s");

  await using _again = await NodeExporter.start(parts["node-exporter"], exporter.port);
  const sinceStart = stopwatch();
  await answered(receiver, 200, SOON_MS);
  await isUp("1");
  seen("up 1 again after", sinceStart(), "s");
});

scenario({
  name: "exporter-hangs",
  breaks: "an exporter takes questions and never answers",
  holds: "502 that names the timeout within it and two intervals, then as before",
  ci: true,
}, async (seen) => {
  await using receiver = await Receiver.start();
  await using exporter = FakeExporter.start(() => gauge(1));
  await using _sender = await Sender.start(config(receiver, exporter.url));
  await answered(receiver, 200, SOON_MS);

  exporter.behaviour = { kind: "hang" };
  const sinceHang = stopwatch();
  const reason = await answered(receiver, 502, TIMEOUT_MS + 2 * INTERVAL_MS);
  seen("502 after", sinceHang(), "s");
  assertMatch(reason, /time[d ]?\s?out|no answer within|took longer/i);

  exporter.behaviour = { kind: "answer", respond: () => gauge(2) };
  const sinceMended = stopwatch();
  assertMatch(await answered(receiver, 200, SOON_MS), /^fake 2$/m);
  seen("fresh again after", sinceMended(), "s");
});

scenario({
  name: "sender-killed",
  breaks: "a sender is killed, and started again",
  holds: "the last snapshot is served for its time to live and no longer, then 503",
  ci: true,
}, async (seen) => {
  await using receiver = await Receiver.start();
  await using exporter = FakeExporter.start(() => gauge(1));
  const sender = await Sender.start(config(receiver, exporter.url));
  await using _sender = sender;
  await answered(receiver, 200, SOON_MS);

  await sender.process.end("SIGKILL");
  const sinceKill = stopwatch();
  await answered(receiver, 503, TTL_MS + INTERVAL_MS);
  const servedS = sinceKill();
  seen("served for", servedS, "s");
  seen("time to live", TTL_MS / 1000, "s");
  // The last push may be as old as one pass when the sender dies.
  assert(servedS * 1000 > TTL_MS - INTERVAL_MS - TIMEOUT_MS, `served for ${servedS} s only`);

  await using _again = await Sender.start(config(receiver, exporter.url));
  const sinceStart = stopwatch();
  await answered(receiver, 200, SOON_MS);
  seen("fresh again after", sinceStart(), "s");
});

scenario({
  name: "receiver-killed",
  breaks: "a receiver without state is killed, and started again",
  holds: "it is filled again by the sender, without anybody's help",
  ci: true,
}, async (seen) => {
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
  const sinceStart = stopwatch();
  await answered(again, 200, SOON_MS);
  seen("fresh again after", sinceStart(), "s");
});
