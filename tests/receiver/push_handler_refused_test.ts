// What is refused changes nothing: the last good snapshot stays.

import { assert, assertEquals } from "@std/assert";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { PROBLEM_TYPE } from "../../protocol/mod.ts";
import type { RefusalReason } from "../../receiver/refusal.ts";
import { BEARER_TOKEN } from "../../receiver/token_book.ts";
import { brokenBody, hangingBody } from "../fakes/body_streams.ts";
import { type Ask, PushRoom, target } from "./push_room.ts";
import { snapshot } from "./pushes.ts";

const TEXT = new TextEncoder().encode("x 1\n".repeat(50));
const GZIPPED = new Uint8Array(gzipSync(TEXT));
const ZSTD = new Uint8Array(zstdCompressSync(TEXT));
const ZEROS = new Uint8Array(100_000);
const report = { "Content-Type": PROBLEM_TYPE };
const gzip = { "Content-Encoding": "gzip" };
const zstd = { "Content-Encoding": "zstd" };

/** Pushes to `/metrics/a/b` unless they say otherwise. Limits: see `fullRoom()`. */
const REFUSED: readonly (readonly [string, Ask, number, RefusalReason])[] = [
  ["a name that may not be", { path: "/metrics/a/%0A", body: "x" }, 400, "bad_name"],
  ["a bad time to live", { headers: { "Prompipe-Ttl": "0" }, body: "x" }, 400, "bad_header"],
  ["a bad time", { headers: { "Prompipe-Scraped-At": "now" }, body: "x" }, 400, "bad_header"],
  ["a bad interval", { headers: { "Prompipe-Interval": "4s" }, body: "x" }, 400, "bad_header"],
  ["a type far too long", { headers: { "Content-Type": "x".repeat(1_001) } }, 400, "bad_header"],
  ["a body that breaks off", { body: brokenBody(TEXT) }, 400, "broken_body"],
  ["a body that breaks off at once", { body: brokenBody(TEXT.subarray(0, 0)) }, 400, "broken_body"],
  ["a report of no JSON", { headers: report, body: "{" }, 400, "broken_body"],
  ["a report of nothing", { headers: report, body: "" }, 400, "broken_body"],
  ["a report of a list", { headers: report, body: "[]" }, 400, "broken_body"],
  ["nothing, gzipped", { headers: gzip, body: "" }, 400, "broken_body"],
  ["no gzip", { headers: gzip, body: TEXT }, 400, "broken_body"],
  ["cut gzip", { headers: gzip, body: GZIPPED.subarray(0, -1) }, 400, "broken_body"],
  ["gzip and more", { headers: gzip, body: join(GZIPPED, [0]) }, 400, "broken_body"],
  ["no zstd", { headers: zstd, body: GZIPPED }, 400, "broken_body"],
  ["cut zstd", { headers: zstd, body: ZSTD.subarray(0, -1) }, 400, "broken_body"],
  ["zstd and more", { headers: zstd, body: join(ZSTD, [0, 0, 0, 0]) }, 400, "broken_body"],
  ["no token", { authorization: null, body: "x" }, 401, "no_token"],
  ["a wrong token", { authorization: "Bearer wrong", body: "x" }, 401, "unauthorized"],
  ["another path", { path: "/metrics/a/b/c", body: "x" }, 404, "not_found"],
  ["another method", { method: "POST", body: "x" }, 405, "method_not_allowed"],
  ["declared too large", { headers: { "Content-Length": "1001" } }, 413, "too_large"],
  ["too large", { body: "x".repeat(1_001) }, 413, "too_large"],
  ["too large in pieces", { body: ReadableStream.from(endless()) }, 413, "too_large"],
  ["a gzip bomb", { headers: gzip, body: new Uint8Array(gzipSync(ZEROS)) }, 413, "too_large"],
  [
    "a zstd bomb",
    { headers: zstd, body: new Uint8Array(zstdCompressSync(ZEROS)) },
    413,
    "too_large",
  ],
  ["brotli", { headers: { "Content-Encoding": "br" }, body: "x" }, 415, "unknown_encoding"],
  ["two encodings", { headers: { "Content-Encoding": "gzip, gzip" } }, 415, "unknown_encoding"],
  [
    "a body packed for the transfer",
    { headers: { "Transfer-Encoding": "gzip, chunked" }, body: "x" },
    400,
    "bad_header",
  ],
  ["one target too many", { path: "/metrics/c/d", body: "x" }, 507, "no_room"],
  ["too much memory", { body: "x".repeat(801) }, 507, "no_room"],
];

for (const [what, ask, status, reason] of REFUSED) {
  Deno.test(`pushHandler() answers ${status} to ${what}, which changes nothing`, async () => {
    const room = fullRoom();
    const before = everything(room);
    const response = await room.ask(ask);
    assertEquals([response.status, room.refused], [status, [reason]]);
    assertEquals(everything(room), before);
    assertEquals(room.pushed, []);
    assertOneLine(await response.text());
  });
}

Deno.test("pushHandler() answers 408 to a slow body and changes nothing", async () => {
  const room = fullRoom({ bodyTimeoutMs: 1 });
  const before = everything(room);
  const { body } = hangingBody(TEXT);
  const response = await room.ask({ body });
  assertEquals([response.status, room.refused], [408, ["too_slow"]]);
  assertEquals(await response.text(), "body took longer than 1ms\n");
  assertEquals(everything(room), before);
});

Deno.test("pushHandler() takes pushes that only just fit", async () => {
  const room = fullRoom();
  const packed = gzipSync(ZEROS.subarray(0, 5_000), { level: constants.Z_BEST_COMPRESSION });
  assertEquals((await room.ask({ body: "x".repeat(800) })).status, 204);
  assertEquals((await room.ask({ headers: gzip, body: new Uint8Array(packed) })).status, 204);
  assertEquals(room.store.bodyBytes, 200 + packed.length);
});

Deno.test("pushHandler() answers 400 to a report longer than 64KiB, packed or not", async () => {
  for (const [bytes, status] of [[65_536, 204], [65_537, 400]] as const) {
    const room = new PushRoom({ maxBodyBytes: 100_000, maxUnpackedBytes: 100_000 });
    const body = "{}".padEnd(bytes);
    assertEquals((await room.ask({ headers: report, body })).status, status);
    const packed = new Uint8Array(gzipSync(body));
    assertEquals(
      (await room.ask({ headers: { ...report, ...gzip }, body: packed })).status,
      status,
    );
  }
});

Deno.test("pushHandler() notes the refusal of a known target only, to explain a later silence", async () => {
  const room = fullRoom();
  const headers = { "Content-Encoding": "br" };
  await room.ask({ headers });
  await room.ask({ path: "/metrics/never/stored", headers });
  room.nowMs += 11_000;
  assertEquals(room.read(), {
    state: "silent",
    cause: "push_refused",
    reason: "Content-Encoding must be gzip, zstd or none; last push 11s ago, time to live 10s",
  });
  assertEquals(room.read("/metrics/never/stored"), { state: "unknown" });
});

/** Two targets of 200 bytes each, where no third has room, nor more than 1,000 bytes in all. */
function fullRoom(limits: ConstructorParameters<typeof PushRoom>[0] = {}): PushRoom {
  const room = new PushRoom({ maxTargets: 2, maxMemoryBytes: 1_000, ...limits });
  for (const path of ["/metrics/a/b", "/metrics/a/c"]) {
    const written = room.store.write(target(path), {
      ...snapshot(TEXT.byteLength),
      sender: { token: BEARER_TOKEN, address: "::1", userAgent: "" },
      ttlMs: 10_000,
      scrapedAtMs: 1_000,
    });
    assert(written.ok);
  }
  return room;
}

function everything(room: PushRoom): unknown {
  const paths = ["/metrics/a/b", "/metrics/a/c", "/metrics/c/d"];
  return structuredClone([paths.map((path) => room.read(path)), room.store.countStates()]);
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield TEXT.slice();
}

function join(a: Uint8Array, b: Iterable<number>): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...a, ...b]);
}

function assertOneLine(text: string): void {
  assertEquals(text.split("\n").length, 2, text);
  assert(text.endsWith("\n") && text.length > 1);
}
