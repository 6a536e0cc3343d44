import { assert, assertEquals } from "@std/assert";
import {
  Acks,
  type Bound,
  ChannelTable,
  maxScrapes,
  receiverLimits,
  type TargetFrame,
} from "../../../protocol/stream/mod.ts";

function target(channel: number, instance: string, but: Partial<TargetFrame> = {}): TargetFrame {
  return {
    ...{ type: "target", channel, job: "node", instance, mode: "push" },
    ...{ ttlMs: 0, intervalMs: 0, contentType: "", labels: "", paramsAllowed: [] },
    ...but,
  };
}

Deno.test("ChannelTable binds channels to targets, and says what a sender may not do", () => {
  const table = new ChannelTable({ maxChannels: 3 });
  const rpi = { job: "node", instance: "rpi" };
  const steps: [TargetFrame, Bound][] = [
    [target(2, "rpi"), { kind: "bound", target: rpi, isNew: true }],
    [target(2, "rpi", { ttlMs: 5 }), { kind: "bound", target: rpi, isNew: false }],
    [target(3, "x"), { kind: "broken", reason: "a channel's number is too high" }],
    [target(2, "x"), { kind: "broken", reason: "a channel changes its target" }],
    [target(1, "rpi"), { kind: "broken", reason: "two channels have the same target" }],
    [target(0, ".."), { kind: "refused", reason: 'instance is ".."' }],
    [target(0, "x"), { kind: "broken", reason: "a channel changes its target" }],
  ];
  for (const [frame, bound] of steps) assertEquals(table.bind(frame), bound);
  assertEquals(table.get(2)?.frame.ttlMs, 5);
  assertEquals([...table.entries()].map(([channel]) => channel), [2, 0]);

  assertEquals(table.end(2)?.target, rpi);
  assertEquals(table.end(2), undefined);
  assertEquals(table.end(0)?.target, undefined);
  assertEquals(table.get(2), undefined);
  assertEquals(table.bind(target(1, "rpi")).kind, "bound");
});

Deno.test("Acks puts numbers in a row into one frame", () => {
  const acks = new Acks();
  assert(acks.isEmpty);
  for (const number of [4, 5, 6, 9, 2, 3]) acks.add(number);
  assertEquals(acks.take(), [
    { type: "ack", number: 4, count: 3 },
    { type: "ack", number: 9, count: 1 },
    { type: "ack", number: 2, count: 2 },
  ]);
  assert(acks.isEmpty);
  assertEquals(acks.take(), []);
});

Deno.test("a hello that says nothing means what the protocol says", () => {
  const hello = { type: "hello", software: "" } as const;
  assertEquals(receiverLimits(hello), {
    maxBodyBytes: 10 * 1024 ** 2,
    maxUnpackedBytes: 50 * 1024 ** 2,
    maxChannels: 1_000,
    maxUnfinishedBytes: 1024 ** 2,
    maxBaseBytes: 0,
    maxBasesBytes: 0,
  });
  assertEquals(maxScrapes(hello), 0);
  assertEquals(maxScrapes({ ...hello, maxScrapes: 7 }), 7);
});
