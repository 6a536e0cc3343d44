// Who may open a stream, and how long it lives.

import { assert, assertEquals } from "@std/assert";
import { StreamRoom, targetFrame } from "./stream_room.ts";
import { makeToken } from "./token_entries.ts";

Deno.test("a stream is refused as a PUT is, in plain HTTP", async () => {
  using room = new StreamRoom();
  const cases = [
    [{ authorization: null }, 401],
    [{ authorization: "Bearer wrong" }, 401],
    [{ path: "/metrics/a/b" }, 404],
    [{ protocol: "" }, 400],
    [{ protocol: "other.v1" }, 400],
  ] as const;
  for (const [opening, status] of cases) {
    const answer = await room.open(opening);
    assert(answer instanceof Response, JSON.stringify(opening));
    assertEquals(answer.status, status);
    assertEquals(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
    await answer.text();
  }
  for (let count = 0; count < 60; count++) await room.open({ authorization: "Bearer wrong" });
  const answer = await room.open({ authorization: "Bearer wrong" });
  assert(answer instanceof Response);
  assertEquals(answer.status, 429);
  assert((await room.open()) instanceof Response === false, "a good token still passes");
  assertEquals((await room.open({ protocol: "a, prompipe.v1" })) instanceof Response, false);
});

Deno.test("a token that is good no more closes its streams", async () => {
  const expiring = makeToken("expiring", { expiresMs: 5_000 });
  using room = new StreamRoom({}, [expiring.entry]);
  const one = await room.greeted({ authorization: expiring.authorization });
  const other = await room.greeted();
  room.nowMs = 5_000;
  room.streams.tick();
  assertEquals([one.closed?.code, other.closed], [4401, undefined]);
  room.tokens.use([]);
  room.streams.tick();
  assertEquals([other.closed?.code, room.streams.size], [4401, 0]);
});

Deno.test("a target on demand says that its token is good no more", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  await stream.say(targetFrame({ mode: "on_demand" }));
  room.tokens.use([]);
  room.streams.tick();
  assertEquals(stream.closed?.code, 4401);
  assertEquals(await room.scrape(), {
    ...{ state: "silent", cause: "push_refused" },
    reason: "its token is expired or revoked; its sender is not connected, for 0s",
  });
});

Deno.test("who says nothing for 12 s is dead, who says something isn't", async () => {
  using room = new StreamRoom();
  const silent = await room.greeted();
  const noHello = await room.open();
  const alive = await room.greeted();
  assert(!(noHello instanceof Response));
  for (let seconds = 1; seconds <= 12; seconds++) {
    room.nowMs += 1_000;
    if (seconds % 5 === 0) await alive.say({ type: "alive" });
    room.streams.tick();
  }
  assertEquals([silent, noHello, alive].map(({ closed }) => closed?.code), [4408, 4408, undefined]);
  assertEquals(alive.heard.filter(({ type }) => type === "alive").length, 2, "one every 5 s");
});

Deno.test("a process that stood still takes nobody for dead", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  room.nowMs += 60_000;
  room.streams.tick();
  room.nowMs += 1_000;
  room.streams.tick();
  assertEquals(stream.closed, undefined);
});

Deno.test("who reads nothing is let go", async () => {
  using room = new StreamRoom();
  const stream = await room.greeted();
  stream.bufferedBytes = 2 * 1024 * 1024;
  room.streams.tick();
  assertEquals(stream.closed?.code, 4408);
});

Deno.test("a receiver that stops says so to all, and to who comes late", async () => {
  const room = new StreamRoom();
  const stream = await room.greeted();
  const admitted = await room.open();
  assert(!(admitted instanceof Response));
  room[Symbol.dispose]();
  assertEquals([stream.closed?.code, admitted.closed?.code], [1001, 1001]);
  const late = await room.open();
  assert(!(late instanceof Response));
  assertEquals(late.closed?.code, 1001);
  await late.say(targetFrame());
  assertEquals(room.streams.size, 0);
});

Deno.test("a token gets as many streams as it has targets, as many again, and ten", async () => {
  const small = makeToken("small", { maxTargets: 2 });
  using room = new StreamRoom({}, [small.entry]);
  const { authorization } = small;
  const hello = await room.open({ authorization });
  assert(!(hello instanceof Response));
  await hello.say({ type: "hello", software: "x" });
  const [said] = hello.take();
  assertEquals(said?.type === "hello" && said.maxChannels, 2);
  for (let count = 1; count < 14; count++) await room.greeted({ authorization });
  const refused = await room.open({ authorization });
  assert(refused instanceof Response);
  assertEquals(refused.status, 503);
  assertEquals(await refused.text(), "14 streams of this token are open already\n");
  await room.greeted();
  hello.cut();
  await room.greeted({ authorization });
  assertEquals(room.streams.size, 15);
});
