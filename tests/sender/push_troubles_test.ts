import { assertEquals } from "@std/assert";
import type { DeliveryResult } from "../../sender/delivery.ts";
import { PushTroubles } from "../../sender/push_troubles.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const OK: DeliveryResult = { ok: true, bodyBytes: 1 };
const DOWN = failed("connection refused", true);
const REFUSED = failed("403", false);

function failed(reason: string, retriable: boolean): DeliveryResult {
  return { ok: false, refused: false, retriable, reason };
}

/** So many ways to one receiver, and what was told. */
function ways(count: number, origin = "http://push.example") {
  const log = new RecordedLog();
  const troubles = new PushTroubles(log);
  const open = (index: number, at = origin) =>
    troubles.open({
      source: `http://a/${index}`,
      destination: new URL(`${at}/metrics/x/${index}`),
    });
  const told = (): Record<string, unknown>[] =>
    log.events.splice(0).map(({ event, fields }) => {
      const { after: _, ...rest } = fields as Record<string, unknown>;
      return { event, ...rest };
    });
  return { opened: Array.from({ length: count }, (_, index) => open(index)), open, told };
}

Deno.test("PushTroubles tells once of a receiver that is down, and once that it is back", () => {
  const { opened, told } = ways(100);
  for (const way of [...opened, ...opened]) way.report(DOWN);
  const fields = {
    receiver: "http://push.example",
    destinations: 100,
    destination: "http://push.example/metrics/x/0",
  };
  assertEquals(told(), [{ event: "receiver failing", ...fields, reason: "connection refused" }]);
  for (const way of opened.slice(1)) way.report(OK);
  assertEquals(told(), []);
  opened[0]!.report(OK);
  assertEquals(told(), [{ event: "receiver recovered", ...fields, failures: 200 }]);
});

Deno.test("PushTroubles tells of each destination that is refused, whatever its receiver does", () => {
  const { opened: [one, two], told } = ways(2);
  one!.report(DOWN);
  two!.report(REFUSED);
  one!.report(REFUSED);
  assertEquals(told().map(({ event }) => event), [
    "receiver failing",
    "push failing",
    "push failing",
    "receiver recovered",
  ]);
  two!.report(OK);
  assertEquals(told(), [{
    event: "push recovered",
    source: "http://a/1",
    destination: "http://push.example/metrics/x/1",
    failures: 1,
  }]);
});

Deno.test("PushTroubles tells of a receiver's only destination by its name", () => {
  const { opened: [only], open, told } = ways(1);
  open(7, "wss://other.example").report(DOWN);
  only!.report(DOWN);
  only!.report(OK);
  assertEquals(told().map(({ event, destination }) => [event, destination]), [
    ["push failing", "wss://other.example/metrics/x/7"],
    ["push failing", "http://push.example/metrics/x/0"],
    ["push recovered", "http://push.example/metrics/x/0"],
  ]);
});

Deno.test("PushTroubles counts no destination that is gone", () => {
  const { opened: [gone, one, two], open, told } = ways(3);
  gone!.report(DOWN);
  gone!.end();
  one!.report(DOWN);
  one!.report(OK);
  assertEquals(told().map(({ event, destinations }) => [event, destinations]), [
    ["receiver failing", 3],
    ["receiver recovered", 2],
  ]);
  one!.end();
  two!.end();
  open(9).report(DOWN);
  assertEquals(told().map(({ event }) => event), ["push failing"]);
});
