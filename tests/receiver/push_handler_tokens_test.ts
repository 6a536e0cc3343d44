// What one token may do, and what happens where two want the same target.

import { assertEquals } from "@std/assert";
import { hangingBody } from "../fakes/body_streams.ts";
import { PushRoom } from "./push_room.ts";
import { makeToken } from "./token_entries.ts";

const HOME = makeToken("home");
const OFFICE = makeToken("office");
const SCOPED = makeToken("scoped", { targets: ["a/*"] });
const OLD = makeToken("old", { expiresMs: 1 });

function roomWith(...tokens: readonly ReturnType<typeof makeToken>[]): PushRoom {
  return new PushRoom({}, tokens.map(({ entry }) => entry));
}

Deno.test("pushHandler() answers 403 to a token that may not write the path, its body unread", async () => {
  const room = roomWith(SCOPED);
  const { authorization } = SCOPED;
  assertEquals(
    (await room.ask({ authorization, path: "/metrics/a/x", body: "x 1\n" })).status,
    204,
  );
  let pulled = false;
  const body = new ReadableStream({ pull: () => void (pulled = true) }, { highWaterMark: 0 });
  const response = await room.ask({ authorization, path: "/metrics/b/x", body });
  assertEquals(
    [response.status, await response.text(), pulled],
    [403, "this token may not write this path\n", false],
  );
  for (const path of ["/metrics/a%2Fb/x", "/metrics/aa/x", "/metrics/A/x"]) {
    assertEquals((await room.ask({ authorization, path, body: "x" })).status, 403, path);
  }
  await room.ask({ path: "/metrics/b/x", body: "x 1\n" });
  assertEquals(
    (await room.ask({ authorization, path: "/metrics/b/x", method: "DELETE" })).status,
    403,
  );
  assertEquals(room.read("/metrics/b/x").state, "up");
});

Deno.test("pushHandler() tells of an expired token why its targets, and no others, go silent", async () => {
  const ends = makeToken("ends", { expiresMs: 2_000 });
  const room = roomWith(ends, HOME);
  const { authorization } = ends;
  await room.ask({ authorization, path: "/metrics/a/own", body: "x 1\n" });
  await room.ask({ authorization, path: "/metrics/a/gone", body: "x 1\n" });
  await room.ask({ authorization: HOME.authorization, path: "/metrics/a/other", body: "x 1\n" });
  room.nowMs = 3_000;
  for (const path of ["/metrics/a/own", "/metrics/a/other", "/metrics/a/unknown", "/metrics/a"]) {
    assertEquals((await room.ask({ authorization, path, body: "x 1\n" })).status, 401, path);
  }
  await room.ask({ authorization, path: "/metrics/a/gone", method: "DELETE" });
  await room.ask({ authorization: `${authorization}x`, path: "/metrics/a/gone", body: "x" });
  assertEquals(room.read("/metrics/a/own").state, "up");
  room.nowMs = 12_000;
  const causes = ["own", "gone", "other"].map((name) => {
    const reading = room.read(`/metrics/a/${name}`);
    return reading.state === "silent" ? `${reading.cause}: ${reading.reason}` : reading.state;
  });
  assertEquals(causes, [
    "push_refused: its token is expired; last push 11s ago, time to live 10s",
    "sender_silent: last push 11s ago, time to live 10s",
    "sender_silent: last push 11s ago, time to live 10s",
  ]);
  assertEquals(room.read("/metrics/a/unknown").state, "unknown");
});

Deno.test("pushHandler() answers 401 alike to an expired, an unknown and a malformed token", async () => {
  const room = roomWith(OLD);
  const answers = [];
  for (const authorization of [OLD.authorization, `${OLD.authorization}x`, "Bearer a b", "x"]) {
    const response = await room.ask({ authorization, body: "x" });
    answers.push([response.status, [...response.headers], await response.text()]);
  }
  assertEquals(answers, Array(answers.length).fill(answers[0]));
  assertEquals(answers[0]![0], 401);
  assertEquals(room.log.events, [
    { level: "warn", event: "token expired", fields: { token: "old" } },
  ]);
});

Deno.test("pushHandler() answers 409 while a target is another token's, until its time to live is over", async () => {
  const room = roomWith(HOME, OFFICE);
  const ask = async ({ authorization }: typeof HOME, method = "PUT") =>
    (await room.ask({ authorization, method, ...(method === "PUT" ? { body: "x 1\n" } : {}) }))
      .status;
  assertEquals(await ask(HOME), 204);
  for (let count = 0; count < 3; count++) assertEquals(await ask(OFFICE), 409);
  assertEquals(await ask(OFFICE, "DELETE"), 409);
  assertEquals(await ask(HOME), 204, "the first keeps it");
  room.nowMs += 10_000;
  assertEquals(await ask(OFFICE), 409, "to the last millisecond");
  room.nowMs += 1;
  assertEquals(await ask(OFFICE), 204);
  assertEquals(await ask(HOME), 409, "now it is the other's");
  assertEquals(await ask(OFFICE, "DELETE"), 204);
  assertEquals(await ask(HOME), 204, "what is deleted is free");

  assertEquals(room.conflicts, [
    ...Array(5).fill(["home", "office"]),
    ["office", "home"],
  ]);
  assertEquals(room.refused, Array(6).fill("conflict"));
  const fields = { target: "/metrics/a/b", owner: "home", token: "office" };
  assertEquals(room.log.events.filter(({ level }) => level === "warn"), [
    { level: "warn", event: "target claimed twice", fields },
    {
      level: "warn",
      event: "target claimed twice",
      fields: { ...fields, owner: "office", token: "home" },
    },
  ]);
});

Deno.test("pushHandler() lets only one of two tokens have a target that both push at once", async () => {
  const room = roomWith(HOME, OFFICE);
  const slow = hangingBody(new Uint8Array([120, 32, 49, 10]));
  const first = room.ask({ authorization: HOME.authorization, body: slow.body });
  await slow.read;
  assertEquals(
    (await room.ask({ authorization: OFFICE.authorization, body: "x 2\n" })).status,
    204,
  );
  slow.end();
  assertEquals((await first).status, 409);
  assertEquals(room.conflicts, [["office", "home"]]);
});

Deno.test("pushHandler() lets others have at once what a token owned that is good no more", async () => {
  const room = roomWith(HOME);
  assertEquals((await room.ask({ authorization: HOME.authorization, body: "x" })).status, 204);
  room.tokens.use([OFFICE.entry]);
  assertEquals((await room.ask({ authorization: OFFICE.authorization, body: "x" })).status, 204);
  assertEquals(room.conflicts, []);
});

Deno.test("pushHandler() tells of a refusal only where it is the last pusher's own", async () => {
  const room = roomWith(SCOPED, OFFICE);
  const { authorization } = SCOPED;
  await room.ask({ authorization, body: "x" });
  await room.ask({ authorization: OFFICE.authorization, body: "x" });
  room.nowMs += 11_000;
  const silent = { state: "silent", cause: "sender_silent" } as const;
  const since = "last push 11s ago, time to live 10s";
  assertEquals(room.read(), { ...silent, reason: since });
  room.tokens.use([{ ...SCOPED.entry, targets: [] }]);
  await room.ask({ authorization, body: "x" });
  assertEquals(room.read(), {
    state: "silent",
    cause: "push_refused",
    reason: `this token may not write this path; ${since}`,
  });
});

Deno.test("pushHandler() holds a token to its own limits, and others to theirs", async () => {
  const tight = makeToken("tight", { maxTargets: 2, maxBodyBytes: 5 });
  const wide = makeToken("wide", { maxBodyBytes: 5_000 });
  const room = roomWith(tight, wide);
  const ask = async ({ authorization }: typeof HOME, instance: string, body = "x 1\n") => {
    const response = await room.ask({ authorization, path: `/metrics/a/${instance}`, body });
    return [response.status, await response.text()];
  };
  assertEquals(await ask(tight, "1", "x".repeat(5)), [204, ""]);
  assertEquals(await ask(tight, "1", "x".repeat(6)), [413, "body is larger than 5B\n"]);
  assertEquals((await ask(wide, "9", "x".repeat(1_000)))[0], 204);
  assertEquals(
    (await ask(wide, "9", "x".repeat(1_001)))[0],
    413,
    "the receiver's own limit counts",
  );
  assertEquals((await ask(tight, "2"))[0], 204);
  assertEquals(await ask(tight, "3"), [507, "no room for another target of this token: 2 known\n"]);
  assertEquals((await ask(tight, "2"))[0], 204, "its own stay");
  assertEquals((await ask(wide, "3"))[0], 204, "another's is no matter");
  // What goes to another, is deleted or forgotten counts no more.
  room.nowMs += 10_001;
  assertEquals((await ask(wide, "2"))[0], 204);
  assertEquals((await ask(tight, "4"))[0], 204);
  assertEquals((await ask(tight, "5"))[0], 507);
  await room.ask({ authorization: tight.authorization, path: "/metrics/a/4", method: "DELETE" });
  assertEquals((await ask(tight, "5"))[0], 204);
  room.nowMs += 60_001;
  assertEquals((await ask(tight, "6"))[0], 204, "the first was forgotten");
});

Deno.test("pushHandler() answers 429 to a token's pushes over its own rate, and to no other's", async () => {
  const slow = makeToken("slow", { pushesPerMinute: 2 });
  const room = roomWith(slow, HOME);
  const { authorization } = slow;
  const push = (path = "/metrics/a/b") => room.ask({ authorization, path, body: "x" });
  assertEquals([(await push()).status, (await push("/metrics/a/c")).status], [204, 204]);
  const response = await push();
  assertEquals(
    [response.status, response.headers.get("Retry-After"), await response.text()],
    [429, "30", "more than 2 pushes a minute by this token\n"],
  );
  assertEquals((await room.ask({ authorization, method: "DELETE" })).status, 429);
  const other = { authorization: HOME.authorization, path: "/metrics/h/x", body: "x" };
  for (let count = 0; count < 50; count++) assertEquals((await room.ask(other)).status, 204);
  room.nowMs += 30_000;
  assertEquals((await push()).status, 204);
});

Deno.test("pushHandler() counts what it refuses to a token, and what it deletes, as pushes", async () => {
  const slow = makeToken("slow", { pushesPerMinute: 3, targets: ["a/*"] });
  const room = roomWith(slow, HOME);
  const { authorization } = slow;
  await room.ask({ authorization: HOME.authorization, path: "/metrics/a/taken", body: "x" });
  const asks = [
    { path: "/metrics/b/forbidden", body: "x" },
    { path: "/metrics/a/taken", body: "x" },
    { path: "/metrics/a/b", method: "DELETE" },
    { path: "/metrics/b/forbidden", body: "x" },
    { path: "/metrics/a/taken", body: "x" },
    { path: "/metrics/a/b", method: "DELETE" },
  ];
  const statuses: number[] = [];
  for (const ask of asks) statuses.push((await room.ask({ authorization, ...ask })).status);
  assertEquals(statuses, [403, 409, 204, 429, 429, 429]);
});
