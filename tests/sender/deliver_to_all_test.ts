import { assertEquals } from "@std/assert";
import { DeliverToAll } from "../../sender/deliver_to_all.ts";
import type { DeliveryResult } from "../../sender/delivery.ts";
import { FakeDelivery } from "../fakes/delivery.ts";
import { report } from "./reports.ts";

const NEVER = new AbortController().signal;
const TAKEN: DeliveryResult = { ok: true, bodyBytes: 5 };
const FAILED: DeliveryResult = { ok: false, refused: false, retriable: true, reason: "500" };

Deno.test("DeliverToAll.deliver() gives the report to all, also where one fails", async () => {
  const deliveries = [TAKEN, FAILED, TAKEN].map((result) => new FakeDelivery(() => result));
  const all = new DeliverToAll([deliveries[0]!, deliveries[1]!, deliveries[2]!]);
  const what = report();
  assertEquals(await all.deliver(what, NEVER), FAILED);
  assertEquals(deliveries.map(({ reports }) => reports), [[what], [what], [what]]);
});

Deno.test("DeliverToAll.deliver() is done where all have taken it", async () => {
  assertEquals(
    await new DeliverToAll([new FakeDelivery(() => TAKEN)]).deliver(report(), NEVER),
    TAKEN,
  );
});
