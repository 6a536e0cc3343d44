// Scrapes that reach through a stream to the source.

import { assert, assertEquals } from "@std/assert";
import { type AnswerFrame, checksum, encodeFrame } from "../../protocol/stream/mod.ts";
import { target } from "./push_room.ts";
import { makeToken } from "./token_entries.ts";
import { StreamRoom, targetFrame } from "./stream_room.ts";

const ON_DEMAND = targetFrame({ mode: "on_demand", paramsAllowed: ["module", "target"] });

function answer(request: number, text: string, more: Partial<AnswerFrame> = {}): AnswerFrame {
  const payload = new TextEncoder().encode(text);
  return {
    ...{ type: "answer", channel: 0, request, contentType: "", encoding: "identity" },
    ...{ keep: false, bodyBytes: payload.length, checksum: checksum(payload) },
    ...{ sentBytes: payload.length, payload },
    ...more,
  };
}

async function asked(room: StreamRoom, frame = ON_DEMAND) {
  const stream = await room.greeted();
  await stream.say(frame);
  return stream;
}

Deno.test("a target on demand is listed and up from the moment its sender connects", async () => {
  using room = new StreamRoom();
  await asked(room);
  assertEquals([...room.store.targets()], [{ target: { job: "a", instance: "b" }, labels: {} }]);
  const [status] = room.store.statuses();
  assertEquals([status!.state, status!.push.arrival, status!.down], ["up", "on_demand", undefined]);
  assertEquals(room.store.countStates(), { up: 1, source_failed: 0, silent: 0 });
});

Deno.test("a scrape travels down the stream as it was asked, and the answer back", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const reading = room.scrape("/metrics/a/b", {
    ...{ accept: "application/openmetrics-text", timeoutMs: 3_000, params: "module=x&target=y" },
  });
  const [frame] = stream.take();
  assertEquals(frame, {
    ...{ type: "scrape", request: 1, channel: 0, timeoutMs: 2_500 },
    ...{ accept: "application/openmetrics-text", params: "module=x&target=y" },
  });
  const message = answer(1, "x 1\n", { contentType: "a/b" });
  await stream.say(message);
  const got = await reading;
  assert(got.state === "up");
  assertEquals(new TextDecoder().decode(got.snapshot.body), "x 1\n");
  assertEquals(got.snapshot.contentType, "a/b");
  const [status] = room.store.statuses();
  assertEquals(
    [status!.push.sentBytes, status!.unpackedBytes, status!.counts.stored],
    [encodeFrame(message).length, 4, 1],
  );
  assertEquals(await stream.next(), [{ type: "ack", number: 1, count: 1 }]);
});

Deno.test("a parameter that its target doesn't allow is refused before the sender hears of it", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  assertEquals(
    (await room.scrape("/metrics/a/b", { params: "module=x&debug=1" })).state,
    "bad_request",
  );
  assertEquals(stream.take(), []);
});

Deno.test("wishes that are too long for a frame are refused", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const params = `module=${"x".repeat(4_090)}`;
  assertEquals((await room.scrape("/metrics/a/b", { params })).state, "bad_request");
  assertEquals(
    (await room.scrape("/metrics/a/b", { accept: "é".repeat(2_049) })).state,
    "bad_request",
  );
  assertEquals(stream.take(), []);
});

Deno.test("scrapers that come at once with the same wishes share one scrape of the source", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const same = [room.scrape(), room.scrape(), room.scrape()];
  const other = [
    room.scrape("/metrics/a/b", { accept: "x" }),
    room.scrape("/metrics/a/b", { params: "module=x" }),
  ];
  assertEquals(stream.take().length, 3);
  await stream.say(answer(1, "1"), answer(2, "2"), answer(3, "3"));
  const bodies = await Promise.all([...same, ...other].map(async (each) => {
    const reading = await each;
    return reading.state === "up" ? new TextDecoder().decode(reading.snapshot.body) : reading;
  }));
  assertEquals(bodies, ["1", "1", "1", "2", "3"]);
});

Deno.test("a scraper shares no scrape that is given up before its own time is over", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const scrape = (timeoutMs: number) => room.scrape("/metrics/a/b", { timeoutMs });
  const [short, long, between] = [scrape(1_000), scrape(10_000), scrape(5_000)];
  const timeouts = stream.take().map((frame) => frame.type === "scrape" && frame.timeoutMs);
  assertEquals(timeouts, [800, 9_500]);
  await stream.say({ type: "no_answer", request: 1, status: 504, cause: "x", detail: "y" });
  await stream.say(answer(2, "2"));
  const states = await Promise.all([short, long, between].map(async (each) => (await each).state));
  assertEquals(states, ["source_failed", "up", "up"]);
});

Deno.test("why there is no answer is what the scraper gets", async () => {
  const cases = [
    [502, { state: "source_failed", cause: "source_refused", reason: "down", isLate: false }],
    [504, { state: "source_failed", cause: "source_refused", reason: "down", isLate: true }],
    [503, { state: "silent", cause: "source_refused", reason: "down" }],
    [400, { state: "bad_request", reason: "down" }],
  ] as const;
  for (const [status, reading] of cases) {
    using room = new StreamRoom();
    const stream = await asked(room);
    const got = room.scrape();
    const said = { status, cause: "source_refused", detail: "down" };
    await stream.say({ type: "no_answer", request: 1, ...said });
    assertEquals(await got, reading);
  }
});

Deno.test("a scraper that goes away, or whose time is over, cancels the scrape it was alone with", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const leaving = new AbortController();
  const first = room.scrape("/metrics/a/b", { signal: leaving.signal });
  const second = room.scrape("/metrics/a/b", { timeoutMs: 20 });
  stream.take();
  leaving.abort();
  assertEquals(stream.take(), [], "somebody waits");
  const late = await second;
  assert(late.state === "source_failed");
  assertEquals([late.cause, late.isLate], ["source_timeout", true]);
  assertEquals(stream.take(), [{ type: "cancel", request: 1 }]);
  await first;
  await stream.say(answer(1, "too late"));
  assertEquals([stream.closed, stream.take()], [undefined, []], "it is passed over");
});

Deno.test("a sender that is gone is told at once, and who comes back is asked again", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const waiting = room.scrape();
  stream.cut();
  assertEquals((await waiting).state, "silent");
  const silent = await room.scrape();
  assertEquals(silent, {
    ...{ state: "silent", cause: "sender_silent" },
    reason: "its sender is not connected, for 0s",
  });
  assertEquals([...room.store.targets()].length, 1, "it stays listed");
  const again = await asked(room);
  stream.cut();
  const reading = room.scrape();
  await again.say(answer(1, "1"));
  assertEquals((await reading).state, "up");
});

Deno.test("the end of an old stream leaves a target to the new one", async () => {
  using room = new StreamRoom();
  const old = await asked(room);
  const next = await asked(room);
  old.cut();
  const reading = room.scrape();
  assertEquals([old.take(), next.take().length], [[], 1]);
  await next.say(answer(1, "1"));
  assertEquals((await reading).state, "up");
});

Deno.test("the end of the newer stream leaves a target to the one that is still there", async () => {
  using room = new StreamRoom();
  const first = await asked(room);
  const second = await asked(room);
  second.cut();
  assertEquals(room.store.countStates().up, 1);
  const reading = room.scrape();
  await first.say(answer(1, "1"));
  assertEquals((await reading).state, "up");
  first.cut();
  assertEquals((await room.scrape()).state, "silent");
});

Deno.test("no more scrapes are under way than the sender takes", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const wishes = ["1", "2", "3", "4", "5"];
  const readings = wishes.map((accept) => room.scrape("/metrics/a/b", { accept }));
  assertEquals(stream.take().length, 4);
  assertEquals((await readings[4])!.state, "silent");
});

Deno.test("an answer that is too large is a failure of its source, and no answer any more", async () => {
  using room = new StreamRoom({ maxBodyBytes: 3 });
  const stream = await asked(room);
  const reading = room.scrape();
  stream.take();
  await stream.say(answer(1, "four"));
  assertEquals((await reading).state, "source_failed");
  assertEquals(stream.take().map(({ type }) => type), ["refused", "cancel"]);
});

Deno.test("a target that becomes one of pushes is asked no more", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  await stream.say(targetFrame());
  assertEquals((await room.scrape()).state, "silent");
  assertEquals(stream.take(), []);
});

Deno.test("a token that loses a target is asked for it no more", async () => {
  const scoped = makeToken("scoped", { targets: ["a/*"] });
  using room = new StreamRoom({}, [scoped.entry]);
  const stream = await room.greeted({ authorization: scoped.authorization });
  await stream.say(ON_DEMAND);
  assertEquals(stream.take(), []);
  room.tokens.use([{ ...scoped.entry, targets: [] }]);
  room.streams.tick();
  assertEquals(stream.take().map(({ type }) => type), ["target_refused"]);
  assertEquals((await room.scrape()).state, "silent");
});

Deno.test("a target on demand that is deleted is gone until its sender says it again", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  const waiting = room.scrape();
  stream.take();
  assertEquals(room.live.forget(target("/metrics/a/b")), true);
  assertEquals([[...room.store.targets()], (await room.scrape()).state], [[], "unknown"]);
  const [refused] = stream.take();
  assert(refused?.type === "target_refused");
  assertEquals([refused.channel, refused.status, refused.reason], [0, 410, "deleted"]);
  await stream.say(answer(1, "x 1\n"));
  assertEquals((await waiting).state, "source_failed", "who asked before is told");
  assertEquals(room.store.size, 0);
  await stream.say(ON_DEMAND);
  assertEquals(room.store.countStates(), { up: 1, source_failed: 0, silent: 0 });
  void room.scrape("/metrics/a/b", { accept: "a/b" });
  assertEquals(stream.take().at(-1)?.type, "scrape");
  assertEquals(room.live.forget(target("/metrics/a/none")), false);
});

Deno.test("a target on demand that its own stream ends and forgets is gone", async () => {
  using room = new StreamRoom();
  const stream = await asked(room);
  await stream.say({ type: "end", channel: 0, forget: true });
  assertEquals([room.store.size, stream.take(), room.streams.memoryBytes], [0, [], 0]);
});
