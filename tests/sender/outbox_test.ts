import { assert, assertEquals } from "@std/assert";
import type { Delivery, DeliveryResult } from "../../sender/delivery.ts";
import { type Attempt, Outbox } from "../../sender/outbox.ts";
import type { Report } from "../../sender/report.ts";
import { FakeDelivery } from "../fakes/delivery.ts";
import { hang } from "../fakes/get.ts";
import { VirtualTime } from "../fakes/virtual_time.ts";
import { failureReport, report } from "./reports.ts";

const OK: DeliveryResult = { ok: true, bodyBytes: 1 };
const BUSY: DeliveryResult = { ok: false, refused: false, retriable: true, reason: "503" };
const WRONG: DeliveryResult = { ok: false, refused: false, retriable: false, reason: "401" };
const REFUSED: DeliveryResult = { ok: false, refused: true, retriable: false, reason: "413" };
const FIRST = { timeoutMs: 10_000 };
const INTERVAL_MS = 4_000;

/** An outbox whose world the test decides. */
function open(delivery: Delivery, { time = new VirtualTime() } = {}) {
  const stopping = new AbortController();
  const seen = { attempts: [] as Attempt[], replaced: [] as Report[], faults: [] as unknown[] };
  const outbox = new Outbox({
    delivery,
    intervalMs: INTERVAL_MS,
    timeoutMs: 10_000,
    timing: time,
    signal: stopping.signal,
    onAttempt: (attempt) => seen.attempts.push(attempt),
    onReplaced: (what) => seen.replaced.push(what),
    onFault: (error) => seen.faults.push(error),
  });
  return { outbox, time, stopping, ...seen };
}

/** Answers with each result in turn; the last one stays. */
function scripted(...results: DeliveryResult[]): FakeDelivery {
  let next = 0;
  return new FakeDelivery(() => results[Math.min(next++, results.length - 1)]!);
}

/** A receiver that answers nobody until it is told to. */
function hanging() {
  const { promise, resolve } = Promise.withResolvers<DeliveryResult>();
  let first = true;
  const delivery = new FakeDelivery(() => {
    if (!first) return OK;
    first = false;
    return promise;
  });
  return { delivery, answer: resolve };
}

Deno.test("Outbox tries again what may pass, until it passes or can't", async () => {
  const table: [DeliveryResult[], number][] = [
    [[OK], 1],
    [[WRONG, OK], 1],
    [[BUSY, OK], 2],
    [[BUSY, BUSY, BUSY, OK], 4],
    [[BUSY, WRONG, OK], 2],
  ];
  for (const [results, attempts] of table) {
    const delivery = scripted(...results);
    const box = open(delivery);
    box.outbox.offer(report(), FIRST);
    await box.time.pass(20_000);
    await box.outbox.idle;
    assertEquals(box.attempts.map(({ result }) => result), results.slice(0, attempts));
    assertEquals(
      box.attempts.map(({ again }) => again),
      results.slice(0, attempts).map((_, i) => i > 0),
    );
    assertEquals([delivery.reports.length, box.replaced.length], [attempts, 0]);
    assertEquals(box.time.waiting, 0);
  }
});

Deno.test("Outbox waits longer after each failure, up to an interval, and anew after success", async () => {
  const time = new VirtualTime(() => 1);
  const startsMs: number[] = [];
  const delivery = new FakeDelivery(() => {
    startsMs.push(time.now());
    return startsMs.length === 8 ? OK : BUSY;
  });
  const { outbox } = open(delivery, { time });
  const longLived = { ...report(), ttlMs: 3_600_000 };
  outbox.offer(longLived, FIRST);
  await time.pass(60_000);
  assertEquals(startsMs, [0, 250, 750, 1_750, 3_750, 7_750, 11_750, 15_750]);
  outbox.offer(longLived, FIRST);
  await time.pass(600);
  assertEquals(startsMs.slice(8), [60_000, 60_250]);
});

Deno.test("Outbox does as Retry-After says, with what is newest by then", async () => {
  const time = new VirtualTime(() => 0);
  const delivery = scripted({ ...BUSY, retryAfterMs: 9_000 } as DeliveryResult, OK);
  const { outbox, replaced } = open(delivery, { time });
  const reports = [report(), report(), report()];
  for (const each of reports) {
    outbox.offer(each, FIRST);
    await time.pass(INTERVAL_MS);
  }
  assert(delivery.reports.length === 2 && delivery.reports[1] === reports[2]);
  assertEquals(replaced, [reports[0], reports[1]]);
});

Deno.test("Outbox keeps only the newest report, and doesn't cut its wait short for it", async () => {
  const time = new VirtualTime(() => 1);
  const delivery = scripted(BUSY, OK);
  const { outbox, replaced } = open(delivery, { time });
  const [first, second, third] = [report(), report(), report()];
  outbox.offer(first, FIRST);
  await time.pass(100);
  outbox.offer(second, FIRST);
  outbox.offer(third, FIRST);
  await time.pass(149);
  assertEquals(delivery.reports.length, 1);
  await time.pass(1);
  assert(delivery.reports[1] === third);
  assertEquals(replaced.length, 2);
});

Deno.test("Outbox lets a request under way end before the newer report goes out", async () => {
  const { delivery, answer } = hanging();
  const box = open(delivery);
  const [first, second] = [report(), report()];
  box.outbox.offer(first, FIRST);
  await box.time.pass(5_000);
  box.outbox.offer(second, FIRST);
  await box.time.pass(4_999);
  assert(!delivery.signals[0]!.aborted, "it was cut off");
  answer(OK);
  await box.time.pass(0);
  assertEquals(delivery.reports, [first, second]);
  assertEquals(box.replaced, []);
});

Deno.test("Outbox ends a request at its timeout: the first one's, then the pair's own", async () => {
  const time = new VirtualTime(() => 0);
  const endsMs: number[] = [];
  const delivery = new FakeDelivery(async (_, signal) => {
    await hang(signal).catch(() => endsMs.push(time.now()));
    return BUSY;
  });
  const { outbox } = open(delivery, { time });
  outbox.offer(report(), { timeoutMs: 3_000 });
  await time.pass(14_000);
  assertEquals(endsMs, [3_000, 13_000]);
});

Deno.test("Outbox gives a report up when its time to live is over", async () => {
  const { outbox, time, replaced, attempts } = open(scripted(BUSY));
  outbox.offer({ ...report(), ttlMs: 5_000 }, FIRST);
  await time.pass(60_000);
  await outbox.idle;
  assertEquals(replaced.length, 1);
  assert(attempts.length > 2 && time.waiting === 0);
});

Deno.test("Outbox tells the receiver of a snapshot that it refused, and says no more", async () => {
  const delivery = scripted(REFUSED);
  const { outbox, time, attempts } = open(delivery);
  const refused = report();
  outbox.offer(refused, FIRST);
  await time.pass(1_000);
  const failure = { cause: "push_refused", detail: "413" } as const;
  assertEquals(delivery.reports, [refused, { ...refused, result: { ok: false, failure } }]);
  assertEquals(attempts.length, 1);
  // There is nothing to tell where there was no snapshot, or no refusal.
  for (const [what, result] of [[failureReport(), REFUSED], [report(), WRONG]] as const) {
    const other = scripted(result);
    const box = open(other);
    box.outbox.offer(what, FIRST);
    await box.time.pass(1_000);
    assertEquals(other.reports.length, 1);
  }
});

Deno.test("Outbox stops with its signal, in a request and in a wait, without a word", async () => {
  for (const delivery of [scripted(BUSY), new FakeDelivery((_, signal) => hang(signal))]) {
    const { outbox, time, stopping, replaced, faults } = open(delivery);
    outbox.offer({ ...report(), ttlMs: 3_600_000 }, FIRST);
    await time.pass(9_000);
    stopping.abort();
    await outbox.idle;
    outbox.offer(report(), FIRST);
    await time.pass(60_000);
    assertEquals([replaced, faults, time.waiting], [[], [], 0]);
  }
});

Deno.test("Outbox goes on after what nobody expected", async () => {
  const outcomes = [() => Promise.reject(new Error("bug")), () => Promise.resolve(OK)];
  const { outbox, time, attempts, faults } = open({ deliver: () => outcomes.shift()!() });
  for (let passes = 0; passes < 2; passes++) {
    outbox.offer(report(), FIRST);
    await time.pass(INTERVAL_MS);
  }
  assertEquals(faults, [new Error("bug")]);
  assertEquals(attempts.map(({ result }) => result), [OK]);
});

Deno.test("Outbox: a thousand senders come back spread over an interval after an outage", async () => {
  const endMs = 20_000;
  const time = new VirtualTime(Math.random);
  const backMs: number[] = [];
  const boxes = Array.from({ length: 1_000 }, () => {
    let isBack = false;
    const delivery = new FakeDelivery(() => {
      if (time.now() < endMs) return BUSY;
      if (!isBack) backMs.push(time.now() - endMs);
      isBack = true;
      return OK;
    });
    return open(delivery, { time }).outbox;
  });
  // The worst case: all scrape at the same moment.
  while (time.now() < endMs + INTERVAL_MS) {
    for (const outbox of boxes) outbox.offer(report(), FIRST);
    await time.pass(INTERVAL_MS);
  }
  assertEquals(backMs.length, 1_000);
  assert(Math.max(...backMs) <= INTERVAL_MS, "somebody came later than after an interval");
  const perTenth = new Array<number>(10).fill(0);
  for (const ms of backMs) perTenth[Math.min(9, Math.floor(ms / INTERVAL_MS * 10))]!++;
  // Twice an even share. Of the old rhythm, all at once, it would be ten times.
  assert(Math.max(...perTenth) < 250, perTenth.join(" "));
});

Deno.test("Outbox waits no longer where the way is there again", async () => {
  const mended = Promise.withResolvers<void>();
  const delivery = Object.assign(scripted(BUSY, BUSY, BUSY, BUSY, BUSY, OK), {
    mended: (signal: AbortSignal) => {
      signal.addEventListener("abort", () => mended.resolve());
      return delivery.reports.length < 5 ? Promise.resolve() : mended.promise;
    },
  });
  const { outbox, time, attempts } = open(delivery);
  outbox.offer(report(), FIRST);
  await time.pass(0);
  assertEquals(attempts.length, 5);
  // As long as any other wait where nothing mends it: half of 4 s.
  await time.pass(1_999);
  assertEquals(attempts.length, 5);
  await time.pass(1);
  assertEquals([attempts.length, attempts.at(-1)?.result.ok, time.waiting], [6, true, 0]);
});
