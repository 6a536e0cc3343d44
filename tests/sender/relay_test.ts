import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Get } from "../../sender/http_source.ts";
import { relayOnce, timeToLiveMs } from "../../sender/relay.ts";
import type { Report } from "../../sender/report.ts";
import { realTiming } from "../../sender/timing.ts";
import { FakeGet, hang, rawResponse } from "../fakes/get.ts";
import { makePair } from "../fakes/pair.ts";
import { VirtualTime } from "../fakes/virtual_time.ts";

const NEVER = new AbortController().signal;
const ANSWERING = new FakeGet(() => rawResponse()).get;

/** Takes what it is offered. */
class Taking {
  readonly offers: { readonly report: Report; readonly timeoutMs: number }[] = [];

  offer(report: Report, { timeoutMs }: { readonly timeoutMs: number }): void {
    this.offers.push({ report, timeoutMs });
  }
}

function relay(get: Get, posts: readonly Taking[], { timing = realTiming, signal = NEVER } = {}) {
  const clock = () => 1_700_000_000_000;
  return relayOnce(makePair(), { get, posts, userAgent: "test", clock, timing }, signal);
}

Deno.test("timeToLiveMs() is three intervals and a timeout", () => {
  assertEquals(timeToLiveMs(makePair({ intervalMs: 4_000, timeoutMs: 10_000 })), 22_000);
});

Deno.test("relayOnce() offers what the source said, with its times, to each destination", async () => {
  const posts = [new Taking(), new Taking()];
  const pass = await relay(ANSWERING, posts);
  const scraped = {
    ok: true,
    body: rawResponse().body,
    contentType: "text/plain; version=0.0.4",
    encoding: "identity",
  } as const;
  const report = {
    result: scraped,
    scrapedAtMs: 1_700_000_000_000,
    ttlMs: 22_000,
    intervalMs: 4_000,
    labels: {},
  };
  for (const { offers } of posts) assertEquals(offers.map((each) => each.report), [report]);
  assertEquals(pass.scraped, scraped);
  assert(pass.scrapeMs >= 0);
});

Deno.test("relayOnce() gives source and destination one timeout together", async () => {
  const timing = new VirtualTime();
  const post = new Taking();
  const slow = new FakeGet(async (_, { signal }) => {
    await timing.wait(7_000, signal);
    return rawResponse();
  });
  const relaying = relay(slow.get, [post], { timing });
  await timing.pass(10_000);
  assertEquals((await relaying).scrapeMs, 7_000);
  assertEquals(post.offers.map(({ timeoutMs }) => timeoutMs), [3_000]);
});

Deno.test("relayOnce() gives a failure its own time after the source used up all of it", async () => {
  const timing = new VirtualTime();
  const post = new Taking();
  const relaying = relay((_, { signal }) => hang(signal), [post], { timing });
  await timing.pass(10_000);
  const { scraped } = await relaying;
  assert(!scraped.ok);
  assertEquals(scraped.failure.cause, "source_timeout");
  assertEquals(post.offers.map(({ report, timeoutMs }) => [report.result, timeoutMs]), [
    [scraped, 10_000],
  ]);
});

Deno.test("relayOnce() rejects where its signal aborts in the scrape, and offers nothing", async () => {
  const stopping = new AbortController();
  const post = new Taking();
  const { signal } = stopping;
  const relaying = relay((_, { signal }) => hang(signal), [post], { signal });
  stopping.abort(new Error("stop"));
  assertEquals(await assertRejects(() => relaying), new Error("stop"));
  assertEquals(post.offers, []);
});

Deno.test("relayOnce() leaves no timer behind", async () => {
  const timing = new VirtualTime();
  await relay(ANSWERING, [], { timing });
  assertEquals(timing.waiting, 0);
});
