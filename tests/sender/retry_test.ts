import { assertEquals } from "@std/assert";
import type { Delivery, DeliveryResult } from "../../sender/delivery.ts";
import { deliverPersistently, type RetryOptions } from "../../sender/retry.ts";
import { report } from "./reports.ts";

const NEVER = new AbortController().signal;
const OK: DeliveryResult = { ok: true, bodyBytes: 1 };
const BUSY: DeliveryResult = { ok: false, refused: false, retriable: true, reason: "503" };
const WRONG: DeliveryResult = { ok: false, refused: false, retriable: false, reason: "401" };
const AN_HOUR_MS = 3_600_000;

/** Answers with each result in turn; the last one stays. */
class ScriptedDelivery implements Delivery {
  attempts = 0;
  readonly #results: readonly DeliveryResult[];

  constructor(...results: DeliveryResult[]) {
    this.#results = results;
  }

  deliver(): Promise<DeliveryResult> {
    const result = this.#results[Math.min(this.attempts++, this.#results.length - 1)]!;
    return Promise.resolve(result);
  }
}

async function deliver(delivery: Delivery, options: Partial<RetryOptions> = {}) {
  return await deliverPersistently(delivery, report(), {
    untilMs: performance.now() + AN_HOUR_MS,
    signal: NEVER,
    random: () => 0,
    ...options,
  });
}

Deno.test("deliverPersistently() tries again what may pass, until it passes or can't", async () => {
  const table: [DeliveryResult[], number][] = [
    [[OK], 1],
    [[WRONG, OK], 1],
    [[BUSY, OK], 2],
    [[BUSY, BUSY, BUSY, OK], 4],
    [[BUSY, WRONG, OK], 2],
  ];
  for (const [results, attempts] of table) {
    const delivery = new ScriptedDelivery(...results);
    assertEquals(await deliver(delivery), { ...results[attempts - 1]!, attempts });
    assertEquals(delivery.attempts, attempts);
  }
});

Deno.test("deliverPersistently() starts no attempt that the next pass would overtake", async () => {
  const delivery = new ScriptedDelivery(BUSY);
  assertEquals(await deliver(delivery, { untilMs: performance.now() }), { ...BUSY, attempts: 1 });
  // Half of the first backoff of 250 ms would end after that.
  const soon = { untilMs: performance.now() + 124, random: () => 0.5 };
  assertEquals((await deliver(delivery, soon)).attempts, 1);
});

Deno.test("deliverPersistently() ends with its signal, during an attempt and between two", async () => {
  const during = new AbortController();
  const delivery: Delivery = {
    deliver() {
      during.abort();
      return Promise.resolve(BUSY);
    },
  };
  assertEquals((await deliver(delivery, { signal: during.signal })).attempts, 1);

  const between = new AbortController();
  const random = () => {
    queueMicrotask(() => between.abort());
    return 1_000;
  };
  const options = { signal: between.signal, random };
  assertEquals((await deliver(new ScriptedDelivery(BUSY), options)).attempts, 1);
});
