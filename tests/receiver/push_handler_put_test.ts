// What becomes of a push that is taken.

import { assertEquals } from "@std/assert";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { encodeFailure, PROBLEM_TYPE } from "../../protocol/mod.ts";
import { PushRoom } from "./push_room.ts";

const TEXT = new TextEncoder().encode("# TYPE x gauge\nx 1\n");
const DEFAULT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const GZIPPED = new Uint8Array(gzipSync(TEXT));
const ZSTD = new Uint8Array(zstdCompressSync(TEXT));

Deno.test("pushHandler() stores body, type and encoding as they came", async () => {
  const binary = Uint8Array.from({ length: 256 }, (_, index) => index);
  const protobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  for (
    const { body, type, encoding, stored, unpackedBytes } of [
      { body: TEXT, type: "text/plain", encoding: undefined, stored: "identity" },
      { body: binary, type: protobuf, encoding: "identity", stored: "identity" },
      { body: TEXT, type: 'Text/Plain;  odd="é"', encoding: "", stored: "identity" },
      { body: new Uint8Array(0), type: "text/plain", encoding: undefined, stored: "identity" },
      { body: GZIPPED, type: "a/b", encoding: "gzip", stored: "gzip", unpackedBytes: TEXT.length },
      {
        body: GZIPPED,
        type: "a/b",
        encoding: "X-GZip",
        stored: "gzip",
        unpackedBytes: TEXT.length,
      },
      { body: ZSTD, type: "a/b", encoding: " zstd ", stored: "zstd", unpackedBytes: TEXT.length },
    ] as const
  ) {
    const room = new PushRoom();
    const headers: Record<string, string> = { "Content-Type": type };
    if (encoding !== undefined) headers["Content-Encoding"] = encoding;
    assertEquals((await room.ask({ body, headers })).status, 204, encoding);
    assertEquals(room.read(), {
      state: "up",
      snapshot: {
        body,
        contentType: type,
        encoding: stored,
        unpackedBytes: unpackedBytes ?? body.length,
      },
    });
    assertEquals(room.pushed, [["stored", body.length]]);
    assertEquals(room.refused, []);
  }
});

Deno.test("pushHandler() supplies a type only where none came", async () => {
  for (
    const [headers, type] of [[{}, DEFAULT_TYPE], [{ "Content-Type": "" }, DEFAULT_TYPE]] as const
  ) {
    const room = new PushRoom();
    await room.ask({ headers, body: TEXT });
    const reading = room.read();
    assertEquals(reading.state === "up" && reading.snapshot.contentType, type);
  }
});

Deno.test("pushHandler() stores a body that came in pieces, and keeps the newest", async () => {
  const room = new PushRoom();
  const pieces = ["x ", "", "1", "2345\n"].map((piece) => new TextEncoder().encode(piece));
  await room.ask({ body: "x 1\n" });
  await room.ask({ body: ReadableStream.from(pieces) });
  const reading = room.read();
  const body = reading.state === "up" ? reading.snapshot.body : undefined;
  assertEquals(new TextDecoder().decode(body), "x 12345\n");
});

Deno.test("pushHandler() turns a report into a source that failed", async () => {
  const report = encodeFailure({ cause: "source_refused", detail: "connection refused" });
  for (
    const [type, encoding, body] of [
      [PROBLEM_TYPE, "identity", report],
      [`${PROBLEM_TYPE}; charset=utf-8`, "gzip", new Uint8Array(gzipSync(report))],
      [" Application/Problem+JSON ", "zstd", new Uint8Array(zstdCompressSync(report))],
    ] as const
  ) {
    const room = new PushRoom();
    await room.ask({ body: TEXT });
    const headers = { "Content-Type": type, "Content-Encoding": encoding };
    assertEquals((await room.ask({ headers, body })).status, 204);
    assertEquals(room.read(), {
      state: "source_failed",
      cause: "source_refused",
      reason: "connection refused",
    });
    assertEquals(room.pushed.at(-1), ["source_failed", body.length]);
    assertEquals(room.store.bodyBytes, 0);
  }
});

Deno.test("pushHandler() serves a snapshot for the time it came with, else for the default", async () => {
  for (const [headers, ttlMs] of [[{ "Prompipe-Ttl": "2.5" }, 2_500], [{}, 10_000]] as const) {
    const room = new PushRoom();
    await room.ask({ headers, body: TEXT });
    room.nowMs += ttlMs;
    assertEquals(room.read().state, "up");
    room.nowMs += 1;
    assertEquals(room.read().state, "silent");
  }
});

Deno.test("pushHandler() answers 204 to an outdated push and keeps what is newer", async () => {
  const room = new PushRoom();
  const put = (scrapedAt: string, body: string, type = "a/b") =>
    room.ask({ headers: { "Prompipe-Scraped-At": scrapedAt, "Content-Type": type }, body });
  await put("1700000000.5", "x 2\n");
  const before = room.read();
  assertEquals((await put("1700000000.499", "x 1\n")).status, 204);
  assertEquals((await put("1700000000.499", "{}", PROBLEM_TYPE)).status, 204);
  assertEquals(room.read(), before);
  assertEquals(room.pushed.map(([result]) => result), ["stored", "outdated", "outdated"]);
  await put("1700000000.5", "x 3\n");
  await room.ask({ body: "x 4\n" });
  assertEquals(room.pushed.slice(3), [["stored", 4], ["stored", 4]]);
});
