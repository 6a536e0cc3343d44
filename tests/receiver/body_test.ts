// Bodies of a whole push: push_handler_refused_test.ts. Here is what only the reader can show.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type BodyLimits, type ReadBody, readBody } from "../../receiver/body.ts";
import { BodyBudget } from "../../receiver/body_budget.ts";
import { brokenBody, hangingBody } from "../fakes/body_streams.ts";
import { FakeTimers } from "../fakes/fake_timers.ts";
import { rawRequest } from "../fakes/raw_request.ts";

const FAR_MS = 60_000;

Deno.test("readBody() returns the pieces as one, in a buffer of its exact size", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
  await fc.assert(fc.asyncProperty(pieces, async (pieces) => {
    const all = pieces.flatMap((piece) => [...piece]);
    const limits = { maxBodyBytes: all.length, bodyTimeoutMs: FAR_MS };
    const answer = await read(put(ReadableStream.from(pieces)), limits);
    assertEquals(answer.ok && [...answer.body], all);
    assertEquals(answer.ok && answer.body.buffer.byteLength, all.length);
  }));
});

Deno.test("readBody() refuses one byte more than the limit, however it comes in pieces", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 });
  await fc.assert(fc.asyncProperty(sizes, async (sizes) => {
    const maxBodyBytes = sizes.reduce((sum, size) => sum + size) - 1;
    const body = ReadableStream.from(sizes.map((size) => new Uint8Array(size)));
    const answer = await read(put(body), { maxBodyBytes, bodyTimeoutMs: FAR_MS });
    assertEquals(answer.ok ? "ok" : answer.reason, "too_large");
  }));
});

Deno.test("readBody() refuses unread what is declared too large", async () => {
  let pulled = false;
  const body = new ReadableStream({ pull: () => void (pulled = true) }, { highWaterMark: 0 });
  const limits = { maxBodyBytes: 10, bodyTimeoutMs: FAR_MS };
  const answer = await read(put(body, { "Content-Length": "11" }), limits);
  assertEquals(answer, { ok: false, reason: "too_large", detail: "body is larger than 10B" });
  assertEquals(pulled, false);
});

Deno.test("readBody() stops reading what turns out too large", async () => {
  const { body, cancelled } = hangingBody(new Uint8Array(11));
  const answer = await read(put(body), { maxBodyBytes: 10, bodyTimeoutMs: FAR_MS });
  assertEquals(answer.ok ? "ok" : answer.reason, "too_large");
  await cancelled;
});

Deno.test("readBody() gives up on a body that stays silent", async () => {
  for (const headers of [new Headers(), new Headers({ "Content-Length": "2" })]) {
    const { body } = hangingBody(new Uint8Array(1));
    const answer = await read(put(body, headers), { maxBodyBytes: 10, bodyTimeoutMs: 1 });
    assertEquals(answer, { ok: false, reason: "too_slow", detail: "body took longer than 1ms" });
  }
});

Deno.test("readBody() leaves no timer behind, however it ends", async () => {
  using timers = new FakeTimers();
  const limits = { maxBodyBytes: 10, bodyTimeoutMs: FAR_MS };
  const bytes = () => new Uint8Array(10);
  for (
    const [body, found] of [
      [ReadableStream.from([bytes()]), "ok"],
      [ReadableStream.from([bytes(), bytes()]), "too_large"],
      [brokenBody(bytes()), "broken_body"],
    ] as const
  ) {
    const answer = await read(put(body), limits);
    assertEquals([answer.ok ? "ok" : answer.reason, timers.running], [found, 0]);
  }
});

Deno.test("readBody() keeps no buffer that is much larger than what came in it", async () => {
  // The runtime reads into 64 KiB at a time, however little comes. Here all pieces
  // share one such buffer, so that keeping it instead of its content shows.
  const buffer = new Uint8Array(64 * 1024);
  let left = 100;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close();
      buffer[0] = left--;
      controller.enqueue(buffer.subarray(0, 1));
    },
  }, { highWaterMark: 0 });
  const answer = await read(put(body), { maxBodyBytes: 100, bodyTimeoutMs: FAR_MS });
  assertEquals(
    answer.ok && [...answer.body],
    Array.from({ length: 100 }, (_, index) => 100 - index),
  );
});

function put(body: ReadableStream<Uint8Array>, headers: HeadersInit = {}): Request {
  return rawRequest("/metrics/a/b", { method: "PUT", body, headers });
}

/** Reads with plenty of room, all of which is given back. */
async function read(request: Request, limits: BodyLimits): Promise<ReadBody> {
  const budget = new BodyBudget(() => {});
  try {
    using share = budget.open("token");
    return await readBody(request, { limits, share });
  } finally {
    assertEquals(budget.usedBytes, 0);
  }
}
