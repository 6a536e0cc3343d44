import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoffMs, readRetryAfter } from "../../sender/backoff.ts";

const NOW_MS = Date.UTC(2026, 0, 1);

Deno.test("backoffMs() doubles from 250 ms to the interval, and uses all of it", () => {
  for (
    const [failures, mostMs] of [[1, 250], [2, 500], [3, 1000], [5, 4000], [6, 4000], [
      2000,
      4000,
    ]] as const
  ) {
    const setback = { failures, intervalMs: 4_000, retryAfterMs: undefined };
    assertEquals(backoffMs(setback, () => 1), mostMs);
    assertEquals(backoffMs(setback, () => 0.5), mostMs / 2);
    assertEquals(backoffMs(setback, () => 0), 0);
  }
});

Deno.test("backoffMs() never comes before Retry-After, and up to an interval later", () => {
  const setback = { failures: 1, intervalMs: 4_000, retryAfterMs: 30_000 };
  assertEquals(backoffMs(setback, () => 0), 30_000);
  assertEquals(backoffMs(setback, () => 1), 34_000);
  // Nobody means a year.
  assertEquals(backoffMs({ ...setback, retryAfterMs: 3e10 }, () => 0), 3_600_000);
});

Deno.test("readRetryAfter() reads seconds and dates, by the receiver's clock where it tells", () => {
  const date = (ms: number) => new Date(NOW_MS + ms).toUTCString();
  const table: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": " 120 " }, 120_000],
    [{ "retry-after": date(60_000) }, 60_000],
    [{ "retry-after": date(-60_000) }, 0],
    [{ "retry-after": date(60_000), "date": date(50_000) }, 10_000],
    [{ "retry-after": date(60_000), "date": "yesterday" }, 60_000],
  ];
  for (const [headers, ms] of table) {
    assertEquals(readRetryAfter(new Headers(headers), NOW_MS), ms, JSON.stringify(headers));
  }
});

Deno.test("readRetryAfter() answers any headers, with a wait that can be waited", () => {
  const date = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
  const value = fc.oneof(
    fc.string({ unit: "grapheme-ascii" }),
    fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
    date.map((each) => each.toUTCString()),
  );
  fc.assert(fc.property(value, value, (retryAfter, date) => {
    const retryAfterMs = readRetryAfter(new Headers({ "retry-after": retryAfter, date }), NOW_MS);
    assertEquals(retryAfterMs === undefined || retryAfterMs >= 0, true);
    const waitMs = backoffMs({ failures: 1, intervalMs: 4_000, retryAfterMs }, () => 1);
    assertEquals(waitMs >= 0 && waitMs <= 3_604_000, true);
  }));
  fc.assert(fc.property(date, fc.nat(10_000_000), (sent, seconds) => {
    const at = new Date(Math.floor(sent.getTime() / 1000) * 1000 + seconds * 1000);
    const headers = new Headers({ "retry-after": at.toUTCString(), date: sent.toUTCString() });
    assertEquals(readRetryAfter(headers, NOW_MS), seconds * 1000);
  }));
});
