import { assertEquals } from "@std/assert";
import type { DeliveryResult } from "../../sender/delivery.ts";
import type { Attempt } from "../../sender/outbox.ts";
import { Progress } from "../../sender/progress.ts";
import { Summary } from "../../sender/summary.ts";
import { makePair } from "../fakes/pair.ts";
import { report, scraped } from "./reports.ts";

const FAILURE = { ok: false, failure: { cause: "source_timeout", detail: "slow" } } as const;

function attempt(result: DeliveryResult): Attempt {
  return { report: report(), result, durationMs: 1, failures: 0, failingMs: 0, again: false };
}

Deno.test("Summary.take() counts since the last time, and names troubles only where they are", () => {
  const summary = new Summary();
  const pair = makePair();
  const [to] = pair.destinations;
  summary.passed(pair, { scraped: scraped(), scrapeMs: 1 });
  summary.attempted(pair, to, attempt({ ok: true, bodyBytes: 2048 }));
  assertEquals(summary.take(), { scrapes: 1, deliveries: 1, sent: "2KiB" });
  assertEquals(summary.standing, "all well");

  const failed = { ok: false, refused: false, reason: "why" } as const;
  summary.passed(pair, { scraped: FAILURE, scrapeMs: 1 });
  summary.skipped(pair, 2);
  summary.attempted(pair, to, attempt({ ...failed, retriable: true }));
  summary.attempted(pair, to, attempt({ ...failed, retriable: false }));
  summary.replaced();
  assertEquals(summary.standing, "failing: 1 of the sources, 1 of the destinations");
  assertEquals(summary.take(), {
    scrapes: 1,
    deliveries: 0,
    sent: "0B",
    failed_scrapes: 1,
    lost_deliveries: 2,
    skipped_passes: 2,
    failing_sources: 1,
    failing_destinations: 1,
  });
  summary.forget(pair);
  assertEquals(summary.take(), { scrapes: 0, deliveries: 0, sent: "0B" });
});

Deno.test("Progress.isMade() until a loop is overdue, and again once it has passed", () => {
  let nowMs = 0;
  const progress = new Progress(() => nowMs);
  const pair = makePair({ intervalMs: 4_000, timeoutMs: 10_000 });
  const other = makePair({ intervalMs: 3_600_000 });
  progress.expect(pair, 1_000);
  progress.expect(other, 0);
  nowMs = 20_000;
  assertEquals(progress.isMade(), true);
  progress.passed(other);
  nowMs = 21_001;
  assertEquals(progress.isMade(), false);
  progress.passed(pair);
  assertEquals(progress.isMade(), true);
  nowMs += 28_001;
  assertEquals(progress.isMade(), false);
  progress.forget(pair);
  assertEquals(progress.isMade(), true);
});
