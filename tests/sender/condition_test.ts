import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { parseDuration } from "../../protocol/mod.ts";
import { Condition } from "../../sender/condition.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const EVENTS = { bad: "scrape failing", good: "scrape recovered" };

Deno.test("Condition.report() logs once when trouble starts and once when it ends", () => {
  const log = new RecordedLog();
  const condition = new Condition(log, { source: "s" }, EVENTS);
  condition.report(undefined);
  assertEquals(log.events, []);
  for (const reason of ["first", "second", "third"]) condition.report(reason);
  condition.report(undefined);
  condition.report(undefined);

  const [bad, good, ...rest] = log.events;
  assertEquals(bad, {
    level: "warn",
    event: "scrape failing",
    fields: { source: "s", reason: "first" },
  });
  const { after, ...fields } = good!.fields;
  assertEquals({ ...good, fields }, {
    level: "info",
    event: "scrape recovered",
    fields: { source: "s", failures: 3 },
  });
  assertMatch(String(parseDuration(String(after))), /^\d+$/);
  assertEquals(rest, []);
});

Deno.test("Condition.report() counts the failures of each trouble for itself", () => {
  const log = new RecordedLog();
  const condition = new Condition(log, {}, EVENTS);
  for (const reason of ["a", "b", undefined, "c", undefined]) condition.report(reason);
  assertEquals(log.events.map(({ fields }) => fields["failures"]), [undefined, 2, undefined, 1]);
});

Deno.test("Condition.report() takes an empty reason for trouble", () => {
  const log = new RecordedLog();
  new Condition(log, {}, EVENTS).report("");
  assertEquals(log.events.map(({ event }) => event), ["scrape failing"]);
});

Deno.test("Condition.report() logs as often as good and bad change, in turn", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.string(), { nil: undefined })), (reasons) => {
    const log = new RecordedLog();
    let nowMs = 0;
    // One an hour is steady enough to be told each time.
    const condition = new Condition(log, {}, { ...EVENTS, now: () => nowMs += 3_600_000 });
    let bad = false;
    const expected: string[] = [];
    for (const reason of reasons) {
      condition.report(reason);
      if ((reason !== undefined) === bad) continue;
      bad = !bad;
      expected.push(bad ? EVENTS.bad : EVENTS.good);
    }
    assertEquals(log.events.map(({ event }) => event), expected);
  }));
});

Deno.test("Condition.report() tells of trouble three times in ten minutes, and of no more", () => {
  const log = new RecordedLog();
  let nowMs = 0;
  const condition = new Condition(log, {}, { ...EVENTS, now: () => nowMs });
  for (let times = 0; times < 50; times++) {
    condition.report("reset");
    condition.report(undefined);
    nowMs += 10_000;
  }
  assertEquals(
    log.events.splice(0).map(({ event, fields }) => [event, fields["note"]]),
    [
      [EVENTS.bad, undefined],
      [EVENTS.good, undefined],
      [EVENTS.bad, undefined],
      [EVENTS.good, undefined],
      [EVENTS.bad, "unsteady: not told again for ten minutes"],
      [EVENTS.good, undefined],
    ],
  );
  nowMs = 620_000;
  condition.report("reset");
  assertEquals(log.events.map(({ event }) => event), [EVENTS.bad]);
});
