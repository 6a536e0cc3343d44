import { assertEquals } from "@std/assert";
import { Conflicts } from "../../receiver/conflicts.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const TARGET = { job: "a", instance: "b/c" };
const MINUTE_MS = 60_000;

function start() {
  const clock = { nowMs: 0 };
  const log = new RecordedLog();
  return { clock, log, conflicts: new Conflicts(log, () => clock.nowMs) };
}

Deno.test("Conflicts.seen() logs a conflict once, with both names, however long it lasts", () => {
  const { clock, log, conflicts } = start();
  for (; clock.nowMs < 60 * MINUTE_MS; clock.nowMs += MINUTE_MS) {
    conflicts.seen({ target: TARGET, owner: "home", token: "office" });
  }
  assertEquals(log.events, [{
    level: "warn",
    event: "target claimed twice",
    fields: { target: "/metrics/a/b%2Fc", owner: "home", token: "office" },
  }]);
});

Deno.test("Conflicts.seen() logs one of another target or pair, and one that was over for 10 minutes", () => {
  const { clock, log, conflicts } = start();
  const all = [
    { target: TARGET, owner: "home", token: "office" },
    { target: TARGET, owner: "office", token: "home" },
    { target: TARGET, owner: "home", token: "third" },
    { target: { job: "a", instance: "x" }, owner: "home", token: "office" },
  ];
  for (const conflict of [...all, ...all]) conflicts.seen(conflict);
  assertEquals(log.events.length, all.length);
  clock.nowMs += 10 * MINUTE_MS;
  for (const conflict of all) conflicts.seen(conflict);
  assertEquals(log.events.length, 2 * all.length);
});

Deno.test("Conflicts.seen() keeps 10,000 conflicts, and makes room once they are over", () => {
  const { clock, log, conflicts } = start();
  const seen = (index: number) =>
    conflicts.seen({ target: { job: "a", instance: `${index}` }, owner: "home", token: "office" });
  for (let index = 0; index < 10_005; index++) seen(index);
  assertEquals(log.events.length, 10_000);
  clock.nowMs += 10 * MINUTE_MS;
  for (let index = 20_000; index < 20_005; index++) seen(index);
  assertEquals(log.events.length, 10_005);
});
