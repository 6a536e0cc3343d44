import { assertEquals } from "@std/assert";
import { withBudget } from "../../sender/log_budget.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

Deno.test("withBudget() tells of an event so often in ten minutes, then that there is more", () => {
  const log = new RecordedLog();
  let nowMs = 0;
  const kept = withBudget(log, { linesPerEvent: 2, now: () => nowMs });
  for (let i = 0; i < 5; i++) kept.warn("push failing", { i });
  kept.info("push recovered");
  for (let i = 0; i < 5; i++) kept.error("pass failed");
  assertEquals(log.events.splice(0).map(({ event, fields }) => [event, fields]), [
    ["push failing", { i: 0 }],
    ["push failing", { i: 1 }],
    ["more of the same", { event: "push failing" }],
    ["push recovered", {}],
    ...Array.from({ length: 5 }, () => ["pass failed", {}]),
  ]);
  nowMs = 600_000;
  kept.warn("push failing");
  assertEquals(log.events.map(({ event }) => event), ["push failing"]);
});
