// A pair on demand stands for its exporter: asked when Prometheus asks, as Prometheus asks, up
// and down with it, and down at once with the sender.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testWithParts } from "../parts.ts";
import { Prometheus } from "./prometheus.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/live/rpi";
const SOON_MS = 30_000;
const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

function onDemand(receiver: Receiver, source: string, others: readonly unknown[] = []) {
  const destination = receiver.streamDestination(PATH);
  return Sender.start({
    bearer_token: receiver.token,
    pairs: [{ source, destination, mode: "on_demand" }, ...others],
  });
}

function listed(receiver: Receiver): Promise<void> {
  return waitFor(async () => {
    const { targets } = JSON.parse((await receiver.scrape("/api/v1/targets")).text);
    const arrivals = targets.map(({ arrival }: { arrival: string }) => arrival);
    assert(arrivals.includes("on_demand"), `${arrivals}`);
  }, { timeoutMs: SOON_MS, what: "the target on demand" });
}

Deno.test("an exporter on demand is asked nothing but what is asked of it", async () => {
  const accepts: (string | null)[] = [];
  await using exporter = FakeExporter.start(({ headers }) => {
    accepts.push(headers.get("accept"));
    return gauge(Number(headers.get("x-prometheus-scrape-timeout-seconds")));
  });
  await using pushed = FakeExporter.start(() => gauge(1));
  await using receiver = await Receiver.start();
  await using _sender = await onDemand(receiver, exporter.url, [{
    source: pushed.url,
    destination: receiver.streamDestination("/metrics/pushed/rpi"),
    interval: "100ms",
  }]);
  await listed(receiver);
  const passes = (count: number) =>
    waitFor(() => assert(pushed.asked >= count, `${pushed.asked}`), {
      timeoutMs: SOON_MS,
      what: `${count} passes of the pair beside it`,
    });
  await passes(10);
  assertEquals(accepts, [], "nobody has scraped");

  const asked = async (accept: string, seconds: string) => {
    const headers = { "Accept": accept, "X-Prometheus-Scrape-Timeout-Seconds": seconds };
    const { status, text } = await receiver.scrape(PATH, { headers });
    assertEquals(status, 200, text);
    return Number(/^fake (.*)$/m.exec(text)?.[1]);
  };
  // Those who want the same at once would share an answer.
  const wishes = ["text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4, */*;q=0.2", "a/b"] as const;
  assertEquals(await asked(wishes[0], "10"), 9.5);
  assertEquals(await asked(wishes[1], "1.000"), 0.8);
  await passes(pushed.asked + 10);
  assertEquals(accepts, [...wishes]);

  const refused = await receiver.scrape(`${PATH}?debug=1`);
  assertEquals(refused.status, 400);
  assertMatch(refused.text, /^parameter "debug" is not allowed: .*params_allowed/);
  assertEquals(accepts.length, 2);
});

testWithParts(
  "what becomes of an exporter on demand is what Prometheus sees of it within its timeout",
  ["prometheus"],
  async (parts) => {
    const heard: Headers[] = [];
    const stampMs = Date.now() - 30_000;
    const answer = ({ headers }: Request) => {
      heard.push(headers);
      const lines = [`fake ${Date.now() / 1000}`, `stamped 1 ${stampMs}`, ""];
      return new Response(lines.join("\n"), { headers: { "Content-Type": TEXT_TYPE } });
    };
    await using exporter = FakeExporter.start(answer);
    await using receiver = await Receiver.start();
    const sender = await onDemand(receiver, exporter.url);
    await using _sender = sender;
    await using prometheus = await Prometheus.start(parts.prometheus, [
      { job: "direct", address: exporter.address, path: "/metrics" },
      { job: "piped", address: `127.0.0.1:${receiver.scrapePort}`, path: PATH },
    ], { interval: "500ms" });
    /** Of both jobs: what their last scrape came to, as `up`, and why. */
    const becomes = (up: string, [direct, piped]: readonly [RegExp, RegExp]) =>
      waitFor(async () => {
        const health = await prometheus.health();
        for (const [job, pattern] of [["direct", direct], ["piped", piped]] as const) {
          assertEquals(await prometheus.up(job), up, job);
          const { lastError = "" } = health.find(({ labels }) => labels.job === job) ?? {};
          assertMatch(lastError, pattern, job);
        }
      }, { timeoutMs: SOON_MS, what: `up == ${up}, ${piped}` });

    await becomes("1", [/^$/, /^$/]);
    // The sample is as old as one of a direct scrape: no older than a scrape may last.
    for (const job of ["direct", "piped"]) {
      const [{ value } = {}] = await prometheus.query(
        `timestamp(fake{job="${job}"}) - fake{job="${job}"}`,
      );
      assert(Math.abs(Number(value)) < 0.5, `${job}: ${value} s old`);
      const [stamped] = await prometheus.query(`timestamp(stamped{job="${job}"})`);
      assertEquals(Number(stamped?.value), stampMs / 1000);
    }
    const [asked] = new Set(heard.map((headers) => headers.get("accept")));
    assertEquals(heard.filter((headers) => headers.get("accept") !== asked), []);
    assertMatch(asked!, /^application\/openmetrics-text/);
    const timeouts = new Set(
      heard.map((headers) => headers.get("x-prometheus-scrape-timeout-seconds")),
    );
    assertEquals(timeouts, new Set(["0.5", "0.4"]));

    exporter.behaviour = { kind: "hang" };
    // Prometheus would say "context deadline exceeded" of an answer that comes too late.
    await becomes("0", [/deadline exceeded/, /HTTP status 504/]);
    exporter.behaviour = {
      kind: "answer",
      respond: () => new Response("", { status: 500 }),
    };
    await becomes("0", [/HTTP status 500/, /HTTP status 502/]);
    assertMatch((await receiver.scrape(PATH)).text, /^source_status: answered 500/);
    exporter.behaviour = { kind: "answer", respond: answer };
    await becomes("1", [/^$/, /^$/]);

    exporter.behaviour = { kind: "hang" };
    const headers = { "X-Prometheus-Scrape-Timeout-Seconds": "300", "Accept": "a/waiting" };
    const waiting = receiver.scrape(PATH, { headers });
    const before = exporter.asked;
    await waitFor(() => assert(exporter.asked > before), { timeoutMs: SOON_MS, what: "a scrape" });
    await sender.process.end("SIGKILL");
    const gone = await waiting;
    assertEquals(gone.status, 503);
    assertMatch(gone.text, /^sender_silent: /);
    await becomes("0", [/deadline exceeded/, /HTTP status 503/]);
    assertEquals((await prometheus.query(`fake{job="piped"}`)).length, 0, "stale at once");
  },
);

Deno.test("an exporter on demand that is not there is a 502 with its cause", async () => {
  const exporter = FakeExporter.start(() => gauge(1));
  await using receiver = await Receiver.start();
  await using _sender = await onDemand(receiver, exporter.url);
  await listed(receiver);
  assertEquals((await receiver.scrape(PATH, { headers: { Accept: "a/before" } })).status, 200);
  await exporter[Symbol.asyncDispose]();
  const { status, text } = await receiver.scrape(PATH, { headers: { Accept: "a/after" } });
  assertEquals(status, 502);
  assertMatch(text, /^source_refused: .*refused/i);
});
