import { assert, assertEquals } from "@std/assert";
import type { OnDemandSource } from "../../../sender/stream/answer.ts";
import { noSocket } from "../../fakes/stream_socket.ts";
import { report } from "../reports.ts";
import { info, rig } from "./rig.ts";

const MINUTE_MS = 60_000;

Deno.test("Link opens a stream again whenever it ends, and fails what was under way", async () => {
  using r = rig({ judge: () => undefined }, {});
  const { deliver } = r.delivery("rpi");
  const delivering = deliver(report());
  await r.time.pass(0);
  r.socket().break(1006);
  const result = await delivering;
  assertEquals(result, {
    ok: false,
    refused: false,
    retriable: true,
    reason: "the stream broke off: 1006",
  });
  const again = deliver(report());
  await r.time.pass(250);
  assertEquals((await again).ok, true);
  assertEquals(r.fake.tries, 2);
});

Deno.test("Link.opened() resolves when the next stream opens, or the signal aborts", async () => {
  using r = rig({}, {});
  await r.delivery("rpi").deliver(report());
  const stopping = new AbortController();
  const told: string[] = [];
  r.link.opened(new AbortController().signal).then(() => told.push("opened"));
  r.link.opened(stopping.signal).then(() => told.push("aborted"));
  await r.time.pass(0);
  stopping.abort();
  await r.time.pass(0);
  assertEquals(told, ["aborted"]);
  r.socket().break(1006);
  await r.time.pass(250);
  assertEquals(told, ["aborted", "opened"]);
});

Deno.test("Link comes back later each time, up to the shortest interval, and logs once", async () => {
  using r = rig(noSocket("connection refused"));
  const { deliver } = r.delivery("rpi");
  const result = await deliver(report());
  assertEquals(!result.ok && result.reason, "connection refused");
  // Half of 250 ms, 500 ms, 1 s, 2 s, then of 4 s each time.
  for (const [ms, tries] of [[124, 1], [1, 2], [250, 3], [500, 4], [1_000, 5], [2_000, 6]]) {
    await r.time.pass(ms!);
    assertEquals(r.fake.tries, tries);
  }
  await r.time.pass(MINUTE_MS);
  assertEquals(r.fake.tries, 36);
  const told = r.log.events.map(({ event, fields }) => [event, fields["reason"]]);
  assertEquals(told, [["stream failing", "connection refused"]]);
});

Deno.test("Link tries again at once after an attempt that took all its time", async () => {
  using r = rig("hangs", "hangs", {});
  const delivering = r.delivery("rpi").deliver(report());
  await r.time.pass(7_999);
  assertEquals(r.fake.tries, 1);
  await r.time.pass(8_001);
  assertEquals(r.fake.tries, 3);
  const result = await delivering;
  assertEquals(!result.ok && result.reason, "too late");
});

Deno.test("Link asks a receiver that refuses the token no more often than once an interval", async () => {
  using r = rig(noSocket("401 who are you", { retriable: false }));
  const { deliver } = r.delivery("rpi");
  const result = await deliver(report());
  assertEquals(!result.ok && [result.retriable, result.reason], [false, "401 who are you"]);
  await r.time.pass(MINUTE_MS);
  assertEquals(r.fake.tries, 11);
});

Deno.test("Link has PUT used where there can't be a stream, says so once, and tries again later", async () => {
  using r = rig(noSocket("404", { unfit: "yes" }), noSocket("404", { unfit: "yes" }), {});
  const { deliver } = r.delivery("rpi");
  for (let each = 0; each < 3; each++) assertEquals((await deliver(report())).ok, true);
  assertEquals([r.put.reports.length, r.fake.tries], [3, 1]);
  await r.time.pass(13 * MINUTE_MS);
  await deliver(report());
  assertEquals([r.put.reports.length, r.fake.tries], [4, 2]);
  await r.time.pass(12 * MINUTE_MS);
  await deliver(report());
  assertEquals([r.put.reports.length, r.fake.tries], [4, 3]);
  assertEquals(r.log.events.map(({ event }) => event), [
    "pushing by PUT",
    "streaming again",
  ]);
});

Deno.test("Link tries again soon where something is on demand, which no PUT helps", async () => {
  using r = rig(noSocket("404", { unfit: "yes" }), noSocket("502", { unfit: "perhaps" }), {});
  r.link.offer(info("rpi", { mode: "on_demand" }), nobody().source);
  await r.time.pass(9_999);
  assertEquals(r.fake.tries, 1);
  await r.time.pass(1);
  assertEquals(r.fake.tries, 2);
  await r.time.pass(12_000);
  assertEquals(r.fake.tries, 3);
});

Deno.test("Link takes a way that opens streams and lets nothing through for one without", async () => {
  using r = rig({ hello: undefined });
  const { deliver } = r.delivery("rpi");
  const first = deliver(report());
  await r.time.pass(10_000);
  const result = await first;
  assertEquals(!result.ok && result.reason, "the stream is not open");
  await r.time.pass(2_000);
  assertEquals(r.fake.sockets[0]?.end.closeCode, 4408);
  await r.time.pass(MINUTE_MS);
  assertEquals(r.fake.tries, 3);
  assertEquals((await deliver(report())).ok, true);
  assertEquals(r.put.reports.length, 1);
});

Deno.test("Link uses PUT where the receiver finds a fault in the stream", async () => {
  using r = rig({});
  const { deliver } = r.delivery("rpi");
  await deliver(report());
  r.socket().break(4400, "no");
  await r.time.pass(MINUTE_MS);
  assertEquals((await deliver(report())).ok, true);
  assertEquals([r.put.reports.length, r.fake.tries], [1, 1]);
});

Deno.test("Link is alive while nothing is sent, and gives up a receiver that is silent", async () => {
  using r = rig({});
  await r.delivery("rpi").deliver(report());
  const { end } = r.socket();
  await r.time.pass(5_000);
  assertEquals(end.framesOf("alive").length, 1);
  end.send({ type: "alive" });
  await r.time.pass(11_999);
  assertEquals([end.framesOf("alive").length, end.closeCode], [3, undefined]);
  await r.time.pass(1);
  assertEquals(end.closeCode, 4408);
});

Deno.test("Link keeps less where a receiver has no room", async () => {
  const body = (changed: number) => ({
    ...report(),
    result: {
      ok: true,
      body: new TextEncoder().encode(`${"x 1\n".repeat(200)}y ${changed}\n`),
      contentType: "text/plain",
      encoding: "identity",
    },
  } as const);
  using r = rig({ hello: { maxBasesBytes: 1_000 } });
  const { deliver } = r.delivery("rpi");
  for (const code of [4507, 1000]) {
    for (const changed of [1, 2]) await deliver(body(changed));
    r.socket().break(code);
    await r.time.pass(4_000);
  }
  const sentAs = r.fake.sockets.map(({ end }) => end.bodies.map((each) => each.sentAs));
  assertEquals(sentAs, [["gzip", "delta"], ["gzip", "gzip"], []]);
});

Deno.test("Link says goodbye when it stops, and fails what waits for it", async () => {
  const r = rig({});
  await r.delivery("rpi").deliver(report());
  r.link.stop();
  assertEquals(r.socket().end.closeCode, 1000);
  await r.time.pass(MINUTE_MS);
  assertEquals([r.fake.tries, r.time.waiting], [1, 0]);
});

/** A source on demand that says nothing, and remembers what it was refused for. */
function nobody() {
  const refusals: string[] = [];
  const source: OnDemandSource = {
    ask: () => new Promise(() => {}),
    answered() {},
    refused: (reason) => refusals.push(reason),
  };
  return { refusals, source };
}

Deno.test("Link tells of pairs on demand that no PUT helps, and of the way out", async () => {
  using r = rig(noSocket("404", { unfit: "yes" }));
  for (const name of ["a", "b"]) {
    r.link.offer(info(name, { mode: "on_demand" }), nobody().source);
  }
  await r.time.pass(MINUTE_MS);
  assertEquals(r.log.events.map(({ event, fields }) => [event, fields["reason"]]), [[
    "pushing by PUT",
    "404: 2 pairs on demand can't be scraped: let WebSockets pass to /stream, " +
    'or set "mode" to "push"',
  ]]);
});

Deno.test("Link announces no more targets than a stream has channels", async () => {
  using r = rig({ hello: { maxChannels: 1 } });
  const [one, other] = [nobody(), nobody()];
  r.link.offer(info("a", { mode: "on_demand" }), one.source);
  await r.time.pass(0);
  r.link.offer(info("b", { mode: "on_demand" }), other.source);
  await r.time.pass(1_000);
  assertEquals([...r.socket().end.targets.values()].map(({ instance }) => instance), ["a"]);
  assertEquals([one.refusals, other.refusals], [[], [
    "the receiver takes 1 targets on a stream, and this is one more",
  ]]);
});

Deno.test("Link waits once, and not for ever, to announce a target that is refused again and again", async () => {
  using r = rig({});
  const { source } = nobody();
  r.link.offer(info("a", { mode: "on_demand" }), source);
  await r.time.pass(0);
  const { end } = r.socket();
  const waits = r.time.waiting;
  for (let each = 0; each < 1_000; each++) {
    end.send({
      ...{ type: "target_refused", channel: 0, status: 409, reason: "x", detail: "" },
      retryAfterS: 2 ** 31 - 1,
    });
  }
  await r.time.pass(0);
  assertEquals(r.time.waiting, waits + 1);
  for (let seconds = 0; seconds < 5_400; seconds += 5) {
    end.send({ type: "alive" });
    await r.time.pass(5_000);
  }
  assertEquals(end.framesOf("target").length, 2);
});

Deno.test("Link lets go of a receiver that asks on and on, and reads nothing", async () => {
  using r = rig({});
  r.link.offer(info("a", { mode: "on_demand" }), nobody().source);
  await r.time.pass(0);
  const socket = r.socket();
  socket.isStuck = true;
  for (let request = 0; request < 100_000 && socket.end.closeCode === undefined; request++) {
    const scrape = {
      type: "scrape",
      channel: 7,
      timeoutMs: 1_000,
      accept: "",
      params: "",
    } as const;
    socket.end.send({ ...scrape, request });
    if (request % 1_000 === 0) await r.time.pass(0);
  }
  assertEquals(socket.end.closeCode, 4408);
  assert(socket.bufferedBytes < 2 ** 21, `${socket.bufferedBytes} bytes`);
});

Deno.test("Link sends nothing of a target that has ended, whatever was under way", async () => {
  using r = rig({});
  const body = new TextEncoder().encode("x 1\n".repeat(100_000));
  const { promise, resolve } = Promise.withResolvers<void>();
  const source: OnDemandSource = {
    ...nobody().source,
    ask: async () => {
      await promise;
      return { ok: true, body, contentType: "a/b", encoding: "identity" };
    },
  };
  const channel = r.link.offer(info("a", { mode: "on_demand" }), source);
  await r.time.pass(0);
  const { end } = r.socket();
  end.send({ type: "scrape", request: 1, channel: 0, timeoutMs: 9_000, accept: "", params: "" });
  await r.time.pass(0);
  r.link.close(channel);
  r.link.offer(info("b", { mode: "on_demand" }), nobody().source);
  resolve();
  await r.time.pass(1_000);
  assertEquals(end.frames.map(({ type }) => type), ["hello", "target", "end", "target"]);
});

Deno.test("Link uses PUT for a while where a receiver never has the memory", async () => {
  using r = rig({});
  const { deliver } = r.delivery("rpi");
  for (let each = 0; each < 3; each++) {
    assertEquals((await deliver(report())).ok, true);
    r.socket().break(4507, "no memory is left for its targets");
    await r.time.pass(8_000);
  }
  assertEquals((await deliver(report())).ok, true);
  assertEquals([r.put.reports.length, r.fake.tries], [1, 3]);
  const [told] = r.log.events;
  assertEquals([told!.event, told!.fields["reason"]], [
    "stream failing",
    "the stream broke off: 4507 no memory is left for its targets",
  ]);
  await r.time.pass(70_000);
  assertEquals(r.fake.tries, 4);
});
