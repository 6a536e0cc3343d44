import { assertEquals } from "@std/assert";
import { PACKED, ScrapeRoom, up } from "./scrape_room.ts";

Deno.test("scrapeHandler() serves the stored bytes to who takes their encoding", async () => {
  for (
    const [encoding, accepted, served] of [
      ["identity", null, "identity"],
      ["identity", "gzip", "identity"],
      ["gzip", "gzip", "gzip"],
      ["gzip", "identity;q=0.5, gzip;q=0.1", "gzip"],
      ["gzip", "*", "gzip"],
      ["gzip", null, "identity"],
      ["gzip", "", "identity"],
      ["gzip", "identity", "identity"],
      ["gzip", "gzip;q=0", "identity"],
      ["gzip", "zstd", "identity"],
      ["zstd", "gzip, zstd", "zstd"],
      ["zstd", "gzip", "identity"],
      ["zstd", null, "identity"],
    ] as const
  ) {
    for (const method of ["GET", "HEAD"]) {
      const headers: HeadersInit = accepted === null ? {} : { "Accept-Encoding": accepted };
      const room = new ScrapeRoom(up(encoding));
      const response = await room.ask("/metrics/a/b", { method, headers });
      const what = `${encoding} to ${accepted}`;
      assertEquals(response.status, 200);
      assertEquals(Object.fromEntries(response.headers), {
        "content-type": 'text/plain; version=0.0.4;odd="é"',
        "content-length": String(PACKED[served].length),
        ...(served === "identity" ? {} : { "content-encoding": served }),
        "content-security-policy": "sandbox",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
      }, what);
      const body = method === "HEAD" ? new Uint8Array(0) : PACKED[served];
      assertEquals(await response.bytes(), body, what);
    }
  }
});

Deno.test("scrapeHandler() says why there is nothing to serve, in one line", async () => {
  const reason = "connection refused";
  for (
    const [reading, status, text] of [
      [{ state: "unknown" }, 404, "never pushed: no sender has named this job and instance\n"],
      [{ state: "silent", cause: "sender_silent", reason }, 503, `sender_silent: ${reason}\n`],
      [{ state: "silent", cause: "push_refused", reason }, 503, `push_refused: ${reason}\n`],
      [
        { state: "source_failed", cause: "source_refused", reason },
        502,
        `source_refused: ${reason}\n`,
      ],
      [
        { state: "source_failed", cause: "source_timeout", reason },
        502,
        `source_timeout: ${reason}\n`,
      ],
    ] as const
  ) {
    const room = new ScrapeRoom(reading);
    const response = await room.ask("/metrics/a/b");
    assertEquals([response.status, await response.text()], [status, text]);
    assertEquals(response.headers.get("Content-Type"), "text/plain; charset=utf-8");
    assertEquals(response.headers.get("X-Content-Type-Options"), "nosniff");
    assertEquals(room.scraped, [[reading.state, 0]]);
  }
});

Deno.test("scrapeHandler() counts the bytes that go out, and none for HEAD", async () => {
  const room = new ScrapeRoom(up("gzip"));
  await room.ask("/metrics/a/b", { headers: { "Accept-Encoding": "gzip" } });
  await room.ask("/metrics/a/b", { method: "HEAD", headers: { "Accept-Encoding": "gzip" } });
  assertEquals(room.scraped, [["up", PACKED.gzip.length], ["up", 0]]);
});

Deno.test("scrapeHandler() asks the source for the decoded target, with the request's signal", async () => {
  const leaving = new AbortController();
  const room = new ScrapeRoom(up("identity"));
  await room.ask("/metrics/a%2Fb/c%20d?x=%2F", { signal: leaving.signal });
  assertEquals(room.asked.map(({ target }) => target), [{ job: "a/b", instance: "c d" }]);
  leaving.abort();
  assertEquals(room.asked.map(({ signal }) => signal.aborted), [true]);
});

Deno.test("scrapeHandler() answers each path and method as the interface says", async () => {
  const allow = "GET, HEAD";
  for (
    const [method, path, status, allowed] of [
      ["GET", "/metrics", 200, null],
      ["HEAD", "/metrics", 200, null],
      ["POST", "/metrics", 405, allow],
      ["GET", "/healthz", 200, null],
      ["HEAD", "/healthz", 200, null],
      ["PUT", "/healthz", 405, allow],
      ["GET", "/readyz", 200, null],
      ["DELETE", "/readyz", 405, allow],
      ["PUT", "/metrics/a/b", 405, allow],
      ["DELETE", "/metrics/a/b", 405, allow],
      ["POST", "/metrics/a/b", 405, allow],
      ["OPTIONS", "/metrics/a/b", 405, allow],
      ["GET", "/metrics/a/%00", 400, null],
      ["GET", "/metrics//b", 400, null],
      ["GET", "/metrics/a/..", 400, null],
      ["GET", "/metrics/x/../a/b", 404, null],
      ["GET", "/metrics/", 404, null],
      ["GET", "/metrics/a", 404, null],
      ["GET", "/metrics/a/b/", 404, null],
      ["GET", "//metrics/a/b", 404, null],
      ["GET", "", 404, null],
      ["PUT", "/nowhere", 404, null],
    ] as const
  ) {
    const response = await new ScrapeRoom(up("identity")).ask(path, { method });
    assertEquals(response.status, status, `${method} ${path}`);
    assertEquals(response.headers.get("Allow"), allowed, `${method} ${path}`);
  }
  const headers = { Host: "h/metrics/a/b?" };
  assertEquals((await new ScrapeRoom(up("identity")).ask("/x", { headers })).status, 400);
});

Deno.test("scrapeHandler() serves the receiver's own metrics and its readiness", async () => {
  const room = new ScrapeRoom({ state: "unknown" });
  assertEquals(await (await room.ask("/metrics")).text(), "own 1\n");
  assertEquals(await (await room.ask("/readyz")).text(), "ready\n");
  room.notReady = "stopping";
  const response = await room.ask("/readyz");
  assertEquals([response.status, await response.text()], [503, "stopping\n"]);
  assertEquals((await room.ask("/healthz")).status, 200);
});
