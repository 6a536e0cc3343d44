import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DeliveryResult } from "../../sender/delivery.ts";
import type { Get } from "../../sender/http_source.ts";
import { relayOnce, timeToLiveMs } from "../../sender/relay.ts";
import { FakeDelivery } from "../fakes/delivery.ts";
import { FakeGet, hang, rawResponse } from "../fakes/get.ts";
import { makePair } from "../fakes/pair.ts";

const NEVER = new AbortController().signal;
const OK: DeliveryResult = { ok: true, bodyBytes: 7 };
const REFUSED: DeliveryResult = {
  ok: false,
  refused: true,
  retriable: false,
  reason: "400 broken gzip",
};
const DENIED: DeliveryResult = { ok: false, refused: false, retriable: false, reason: "401" };
const ANSWERING = new FakeGet(() => rawResponse()).get;

function relay(get: Get, delivery: FakeDelivery, { timeoutMs = 10_000, signal = NEVER } = {}) {
  const dependencies = { get, delivery, userAgent: "test", clock: () => 1_700_000_000_000 };
  return relayOnce(makePair({ timeoutMs }), dependencies, signal);
}

Deno.test("timeToLiveMs() is three intervals and a timeout", () => {
  assertEquals(timeToLiveMs(makePair({ intervalMs: 4_000, timeoutMs: 10_000 })), 22_000);
});

Deno.test("relayOnce() delivers what the source said, with its times", async () => {
  const delivery = new FakeDelivery(() => OK);
  const pass = await relay(ANSWERING, delivery);
  const scraped = {
    ok: true,
    body: rawResponse().body,
    contentType: "text/plain; version=0.0.4",
    encoding: "identity",
  } as const;
  assertEquals(delivery.reports, [{
    result: scraped,
    scrapedAtMs: 1_700_000_000_000,
    ttlMs: 22_000,
    intervalMs: 4_000,
    labels: {},
  }]);
  assertEquals(pass.scraped, scraped);
  assertEquals(pass.delivered, { ...OK, attempts: 1 });
  assert(pass.scrapeMs >= 0 && pass.deliverMs >= 0);
});

Deno.test("relayOnce() gives source and destination one timeout together", async () => {
  const fake = new FakeGet(() => rawResponse());
  const delivery = new FakeDelivery(() => OK);
  await relay(fake.get, delivery);
  assertEquals(delivery.signals.length, 1);
  assert(delivery.signals[0] === fake.asked[0]!.options.signal, "the delivery has its own");
});

Deno.test("relayOnce() gives a failure its own time after the source used up all of it", async () => {
  const delivery = new FakeDelivery((_, signal) => {
    assert(!signal.aborted, "there is no time left to say so");
    return OK;
  });
  const pass = await relay((_, { signal }) => hang(signal), delivery, { timeoutMs: 1 });
  assert(!pass.scraped.ok);
  assertEquals(pass.scraped.failure.cause, "source_timeout");
  assertEquals(delivery.reports.map(({ result }) => result), [pass.scraped]);
});

Deno.test("relayOnce() ends a failure's report at its own timeout too", async () => {
  const delivery = new FakeDelivery(async (_, signal) => {
    await hang(signal).catch(() => {});
    return DENIED;
  });
  const pass = await relay(new FakeGet(() => rawResponse({ status: 500 })).get, delivery, {
    timeoutMs: 1,
  });
  assertEquals(pass.delivered, { ...DENIED, attempts: 1 });
});

Deno.test("relayOnce() tells the receiver of a snapshot that it refused", async () => {
  const results = [REFUSED, OK];
  const delivery = new FakeDelivery(() => results.shift()!);
  const pass = await relay(ANSWERING, delivery);
  assertEquals(delivery.reports.map(({ result }) => result), [
    pass.scraped,
    { ok: false, failure: { cause: "push_refused", detail: "400 broken gzip" } },
  ]);
  assertEquals(delivery.reports[1]!.scrapedAtMs, delivery.reports[0]!.scrapedAtMs);
  assertEquals(pass.delivered, { ...REFUSED, attempts: 1 });
});

Deno.test("relayOnce() says no more where the report of a refusal is refused", async () => {
  const delivery = new FakeDelivery(() => REFUSED);
  await relay(ANSWERING, delivery);
  assertEquals(delivery.reports.length, 2);
});

Deno.test("relayOnce() doesn't report a refusal where there was no snapshot, or no refusal", async () => {
  const table: [Get, DeliveryResult][] = [
    [new FakeGet(() => rawResponse({ status: 500 })).get, REFUSED],
    [ANSWERING, DENIED],
    [ANSWERING, OK],
  ];
  for (const [get, result] of table) {
    const delivery = new FakeDelivery(() => result);
    await relay(get, delivery);
    assertEquals(delivery.reports.length, 1);
  }
});

Deno.test("relayOnce() rejects where its signal aborts in the scrape, and delivers nothing", async () => {
  const stopping = new AbortController();
  const delivery = new FakeDelivery(() => OK);
  const relaying = relay((_, { signal }) => hang(signal), delivery, { signal: stopping.signal });
  stopping.abort(new Error("stop"));
  assertEquals(await assertRejects(() => relaying), new Error("stop"));
  assertEquals(delivery.reports, []);
});

Deno.test("relayOnce() rejects where its signal aborts in the delivery", async () => {
  const stopping = new AbortController();
  const delivery = new FakeDelivery(async (_, signal) => {
    queueMicrotask(() => stopping.abort(new Error("stop")));
    await hang(signal).catch(() => {});
    return REFUSED;
  });
  const relaying = relay(ANSWERING, delivery, { signal: stopping.signal });
  assertEquals(await assertRejects(() => relaying), new Error("stop"));
  for (const signal of delivery.signals) assert(signal.aborted);
});
