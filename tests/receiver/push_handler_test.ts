// Who may ask the push listener for what. Pushes: push_handler_put_test.ts and beside it.

import { assertEquals } from "@std/assert";
import { type Ask, PushRoom } from "./push_room.ts";

/** Headers that an answer has, or (`null`) must not have. */
type Expected = Readonly<Record<string, string | null>>;

Deno.test("pushHandler() answers 401 to every path and method without a good token", async () => {
  const room = new PushRoom();
  for (const authorization of [null, "", "Bearer", "Bearer wrong", `Basic ${room.token}`]) {
    for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]) {
      for (const path of ["", "/", "/metrics", "/metrics/a/b", "/metrics//", "/stream", "/sd"]) {
        const response = await room.ask({ method, path, authorization });
        assertEquals(response.status, 401, `${method} ${path} ${authorization}`);
        assertEquals(response.headers.get("WWW-Authenticate"), "Bearer");
        const what = authorization === null
          ? "no bearer token in the request\n"
          : "a good bearer token is needed\n";
        assertEquals(await response.text(), what);
        if (authorization !== null) room.nowMs += 60_000;
      }
    }
  }
});

Deno.test("pushHandler() looks at the token before it touches the body", async () => {
  const room = new PushRoom();
  let pulled = false;
  const body = new ReadableStream({ pull: () => void (pulled = true) }, { highWaterMark: 0 });
  assertEquals((await room.ask({ body, authorization: null })).status, 401);
  assertEquals(pulled, false);
  assertEquals(room.read(), { state: "unknown" });
});

Deno.test("pushHandler() answers each path and method as the interface says", async () => {
  const cases: readonly (readonly [ask: Ask, status: number, headers: Expected])[] = [
    [{ method: "PUT" }, 204, { "Content-Type": null }],
    [{ method: "PUT", path: "/metrics/a/b?x=1" }, 204, {}],
    [{ method: "DELETE" }, 204, { "Content-Type": null }],
    [{ method: "DELETE", path: "/metrics/never/pushed" }, 204, {}],
    [{ method: "GET" }, 405, { Allow: "PUT, DELETE" }],
    [{ method: "HEAD" }, 405, { Allow: "PUT, DELETE" }],
    [{ method: "POST" }, 405, { Allow: "PUT, DELETE" }],
    [{ method: "OPTIONS" }, 405, { Allow: "PUT, DELETE" }],
    [{ path: "/metrics//b" }, 400, {}],
    [{ path: "/metrics/a/.." }, 400, {}],
    [{ path: "/metrics/a/%00" }, 400, {}],
    [{ path: "/metrics/a/%FF" }, 400, {}],
    [{ path: `/metrics/a/${"x".repeat(201)}` }, 400, {}],
    [{ method: "DELETE", path: "/metrics/./b" }, 400, {}],
    [{ path: "/metrics/x/../a/b" }, 404, {}],
    [{ path: "/metrics/a" }, 404, {}],
    [{ path: "/metrics/a/b/" }, 404, {}],
    [{ path: "/" }, 404, {}],
    [{ path: "" }, 404, {}],
    [{ method: "GET", path: "/metrics" }, 404, {}],
    [{ method: "GET", path: "/sd" }, 404, {}],
    [{ method: "GET", path: "/healthz/" }, 404, {}],
    [{ method: "POST", path: "/healthz" }, 405, { Allow: "GET, HEAD" }],
    [{ headers: { Host: "h/metrics/a/b" } }, 400, {}],
  ];
  const room = new PushRoom();
  for (const [ask, status, headers] of cases) {
    const response = await room.ask(ask);
    const what = JSON.stringify(ask).slice(0, 100);
    assertEquals(response.status, status, what);
    assertEquals(response.headers.get("WWW-Authenticate"), null, what);
    for (const [name, value] of Object.entries(headers)) {
      assertEquals(response.headers.get(name), value, what);
    }
  }
});

Deno.test("pushHandler() says ok at /healthz to anybody, and nothing else", async () => {
  for (const method of ["GET", "HEAD"]) {
    for (const authorization of [null, "Bearer wrong", undefined]) {
      const response = await new PushRoom().ask({ method, path: "/healthz", authorization });
      assertEquals([response.status, await response.text()], [200, "ok\n"]);
    }
  }
});

Deno.test("pushHandler() answers 429 to an address with too many wrong tokens", async () => {
  const room = new PushRoom();
  const wrong = { authorization: "Bearer wrong", address: "192.0.2.1" };
  for (let count = 1; count <= 60; count++) assertEquals((await room.ask(wrong)).status, 401);
  room.nowMs += 500;

  const response = await room.ask(wrong);
  assertEquals(response.status, 429);
  assertEquals(response.headers.get("Retry-After"), "1");
  assertEquals(await response.text(), "too many wrong tokens\n");
  assertEquals(room.refused.at(-1), "too_many_requests");

  assertEquals((await room.ask({ address: "192.0.2.1" })).status, 204, "a good token passes");
  assertEquals((await room.ask({ ...wrong, authorization: null })).status, 401, "none is no guess");
  assertEquals((await room.ask({ ...wrong, address: "192.0.2.2" })).status, 401, "another address");
  room.nowMs += 58_500;
  assertEquals((await room.ask(wrong)).status, 401, "a new window");
});

Deno.test("pushHandler() forgets what is deleted, and logs it by the token's name", async () => {
  const room = new PushRoom();
  await room.ask({ body: "x 1\n" });
  await room.ask({ path: "/metrics/a/c", body: "x 2\n" });
  await room.ask({ method: "DELETE" });
  await room.ask({ method: "DELETE" });
  assertEquals(room.read(), { state: "unknown" });
  assertEquals(room.read("/metrics/a/c").state, "up");
  assertEquals(room.log.events.filter(({ level }) => level === "info"), [{
    level: "info",
    event: "target deleted",
    fields: { target: "/metrics/a/b", token: "BEARER_TOKEN" },
  }]);
});

Deno.test("pushHandler() keeps the token out of every answer and every log line", async () => {
  const room = new PushRoom();
  const said: string[] = [];
  const asks: Ask[] = [
    { body: "x 1\n" },
    { body: "{", headers: { "Content-Type": "application/problem+json" } },
    { headers: { "Content-Encoding": "br" } },
    { method: "GET" },
    { path: "/metrics/a/%00" },
    { path: "/nowhere" },
    { method: "DELETE" },
    { authorization: room.token },
    { authorization: `Bearer ${room.token}x` },
    { authorization: `Bearer ${room.token} ${room.token}` },
  ];
  for (const ask of asks) {
    const response = await room.ask(ask);
    said.push(JSON.stringify([...response.headers]), await response.text());
  }
  said.push(JSON.stringify(room.log.events));
  assertEquals(room.log.events.length, 4);
  assertEquals(said.filter((text) => text.includes(room.token)), []);
});
