import { assert, assertEquals } from "@std/assert";
import type { Pair } from "../../sender/pair.ts";
import type { Delivery, DeliveryResult } from "../../sender/delivery.ts";
import type { Get } from "../../sender/http_source.ts";
import { PushTroubles } from "../../sender/push_troubles.ts";
import { runTargetLoop } from "../../sender/target_loop.ts";
import { FakeDelivery } from "../fakes/delivery.ts";
import { FakeGet, hang, rawResponse } from "../fakes/get.ts";
import { makePair } from "../fakes/pair.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { VirtualTime } from "../fakes/virtual_time.ts";

const FIELDS = {
  source: "http://exporter.example:9100/metrics",
  destination: "http://push.example/metrics/node/rpi",
};
const OK: DeliveryResult = { ok: true, bodyBytes: 7 };
const TAKING = new FakeDelivery(() => OK);
const ANSWERING = new FakeGet(() => rawResponse()).get;

/** Runs a loop until `done` says so of the passes and the skipped ones so far. */
async function runUntil(
  done: (
    seen: { passes: number; attempts: number; skipped: number; log: RecordedLog },
  ) => boolean,
  options: { get?: Get; delivery?: Delivery; pair?: Pair; timing?: VirtualTime },
) {
  const { get = ANSWERING, delivery = TAKING, pair = makePair() } = options;
  const { timing = new VirtualTime() } = options;
  const stopping = new AbortController();
  const seen = { passes: 0, attempts: 0, skipped: 0, log: new RecordedLog() };
  const check = () => {
    if (done(seen)) stopping.abort();
  };
  const observer = {
    passed(of: Pair) {
      assert(of === pair);
      seen.passes++;
      check();
    },
    skipped(of: Pair, count: number) {
      assert(of === pair);
      seen.skipped += count;
      check();
    },
    attempted(of: Pair) {
      assert(of === pair);
      seen.attempts++;
      check();
    },
    replaced() {},
  };
  // What is logged in the pass that is the last one still counts: the log is looked at too.
  const { log } = seen;
  const dependencies = {
    get,
    deliveryTo: () => delivery,
    userAgent: "test",
    clock: timing.now,
    timing,
    observer,
    troubles: new PushTroubles(log),
    log,
  };
  const ending = { firstDelayMs: 0, signal: stopping.signal };
  const finished = runTargetLoop(pair, dependencies, ending);
  while (!stopping.signal.aborted) {
    await timing.pass(pair.intervalMs);
    check();
  }
  await finished;
  return seen;
}

/** Takes each of the values in turn, then the last one again and again. */
function inTurn<T>(values: readonly T[]): () => T {
  let next = 0;
  return () => values[Math.min(next++, values.length - 1)]!;
}

Deno.test("runTargetLoop() logs a failing source once, and once its recovery", async () => {
  const status = inTurn([500, 404, 500, 200]);
  const get = new FakeGet(() => rawResponse({ status: status() })).get;
  const { log } = await runUntil(({ passes }) => passes === 6, { get });
  const [bad, good, ...rest] = log.events;
  assertEquals(bad, {
    level: "warn",
    event: "scrape failing",
    fields: { ...FIELDS, reason: "source_status: answered 500 (exporter.example:9100)" },
  });
  const { after: _, ...fields } = good!.fields;
  assertEquals([good!.level, good!.event, fields], [
    "info",
    "scrape recovered",
    { ...FIELDS, failures: 3 },
  ]);
  assertEquals(rest, []);
});

Deno.test("runTargetLoop() logs a failing push once, and once its recovery", async () => {
  const failed = {
    ok: false,
    refused: false,
    retriable: false,
    reason: "401 no good token",
  } as const;
  const result = inTurn<DeliveryResult>([failed, failed, OK]);
  // The last of them is told to the observer before it is to the log.
  const { log } = await runUntil(({ attempts }) => attempts === 4, {
    delivery: new FakeDelivery(() => result()),
  });
  assertEquals(
    log.events.map(({ event, fields }) => [event, fields["reason"], fields["failures"]]),
    [["push failing", "401 no good token", undefined], ["push recovered", undefined, 2]],
  );
});

Deno.test("runTargetLoop() logs once that passes are skipped, and once that they are on time", async () => {
  const intervalMs = 4_000;
  const timing = new VirtualTime();
  let scrapes = 0;
  const get = new FakeGet(async (_, { signal }) => {
    // Two passes that take longer than the interval.
    if (scrapes++ < 2) await timing.wait(1.5 * intervalMs, signal);
    return rawResponse();
  }).get;
  const onTime = ({ log }: { log: RecordedLog }) =>
    log.events.some(({ event }) => event === "passes on time");
  const pair = makePair({ intervalMs });
  const { log, skipped } = await runUntil(onTime, { get, pair, timing });
  assertEquals(skipped, 2);
  assertEquals(log.events.map(({ level, event }) => [level, event]), [
    ["warn", "passes skipped"],
    ["info", "passes on time"],
  ]);
  assertEquals(log.events[0]!.fields, {
    ...FIELDS,
    reason: "a pass took longer than the interval of 4s",
  });
});

Deno.test("runTargetLoop() goes on after a pass that failed as nobody expected", async () => {
  const outcome = inTurn([() => Promise.reject(new Error("bug")), () => Promise.resolve(OK)]);
  const { log } = await runUntil(({ attempts }) => attempts === 1, {
    delivery: { deliver: () => outcome()() },
  });
  const [failed, ...rest] = log.events;
  assertEquals(failed, {
    level: "error",
    event: "pass failed",
    fields: { ...FIELDS, error: new Error("bug") },
  });
  assertEquals(rest, []);
});

Deno.test("runTargetLoop() stops in the middle of a pass without a word", async () => {
  const stopping = new AbortController();
  const log = new RecordedLog();
  const timing = new VirtualTime();
  const get: Get = (_, { signal }) => {
    queueMicrotask(() => stopping.abort());
    return hang(signal);
  };
  const observer = {
    passed: () => assert(false, "it passed"),
    skipped() {},
    attempted() {},
    replaced() {},
  };
  const dependencies = {
    get,
    deliveryTo: () => TAKING,
    userAgent: "t",
    clock: Date.now,
    timing,
    observer,
    troubles: new PushTroubles(log),
    log,
  };
  const ending = { firstDelayMs: 0, signal: stopping.signal };
  const finished = runTargetLoop(makePair(), dependencies, ending);
  await timing.pass(1);
  await finished;
  assertEquals(log.events, []);
});
