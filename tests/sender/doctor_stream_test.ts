import { assertEquals, assertMatch } from "@std/assert";
import { examineStream } from "../../sender/doctor/stream.ts";
import { makeDestination } from "../fakes/pair.ts";
import { StreamReceiver } from "../fakes/stream_receiver.ts";

const PROBE = { userAgent: "prompipe/test", env: () => undefined };

Deno.test("examineStream() tells what is lost where no stream gets through", async () => {
  await using receiver = new StreamReceiver({ refuse: () => new Response("no", { status: 404 }) });
  const destination = makeDestination(receiver.destination("/metrics/node/rpi"));
  const pushed = await examineStream(destination, { ...PROBE, onDemand: 0 });
  assertEquals(pushed.level, "warning");
  assertMatch(pushed.remedy!, /until then the sender pushes by PUT$/);
  const asked = await examineStream(destination, { ...PROBE, onDemand: 3 });
  assertEquals(asked.level, "stop");
  assertMatch(asked.remedy!, /until then nobody can scrape what is on demand: 3 of its targets$/);
});

Deno.test("examineStream() is content with a receiver that says hello", async () => {
  await using receiver = new StreamReceiver();
  const destination = makeDestination(receiver.destination("/metrics/node/rpi"));
  const { level } = await examineStream(destination, { ...PROBE, onDemand: 1 });
  assertEquals(level, "ok");
});
