// An upload that breaks off or is damaged leaves the last good snapshot alone.

import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { Receiver } from "../e2e/prompipe.ts";
import { breakOff, bytes, exchange, head } from "../e2e/raw_http.ts";
import { scenario } from "./scenario.ts";

const PATH = "/metrics/fooservice/rpi";
const GOOD = "good 12345\n";
const BODY_BYTES = 60_000;
const CUT_EVERY_BYTES = 1_000;

/** Lines that compress badly: cut anywhere, most of it would still be read as metrics. */
const BODY = bytes(
  Array.from(
    { length: 3_000 },
    (_, i) => `m_${i}_${"x".repeat(20)} ${crypto.getRandomValues(new Uint32Array(1))[0]}\n`,
  ).join("").slice(0, BODY_BYTES - 1) + "\n",
);
const RANDOM = crypto.getRandomValues(new Uint8Array(BODY_BYTES));

function put(receiver: Receiver, headers: Record<string, string>): string {
  return head("PUT", PATH, { Authorization: `Bearer ${receiver.token}`, ...headers });
}

function chunk(data: Uint8Array): Uint8Array {
  return bytes(`${data.length.toString(16)}\r\n`, data, "\r\n");
}

async function startWithSnapshot(): Promise<Receiver> {
  const receiver = await Receiver.start();
  assertEquals(await receiver.push(PATH, GOOD), 204);
  return receiver;
}

async function assertUnchanged(receiver: Receiver, after: string): Promise<void> {
  assertEquals(await receiver.scrape(PATH), { status: 200, text: GOOD }, `after ${after}`);
}

/** Ways to send `sent`, the beginning of `whole`, and then nothing more. */
const CUTS: Record<
  string,
  (receiver: Receiver, sent: Uint8Array, whole: Uint8Array) => Uint8Array
> = {
  "with Content-Length": (receiver, sent, whole) =>
    bytes(put(receiver, { "Content-Length": String(whole.length) }), sent),
  "between chunks": (receiver, sent) =>
    bytes(
      put(receiver, { "Transfer-Encoding": "chunked" }),
      ...(sent.length === 0 ? [] : [chunk(sent)]),
    ),
  "within a chunk": (receiver, sent, whole) =>
    bytes(
      put(receiver, { "Transfer-Encoding": "chunked" }),
      chunk(whole).slice(0, `${whole.length.toString(16)}\r\n`.length + sent.length),
    ),
  "gzipped, with Content-Length": (receiver, sent, whole) =>
    bytes(
      put(receiver, { "Content-Encoding": "gzip", "Content-Length": String(whole.length) }),
      sent,
    ),
  // Complete HTTP around half a gzip: only unpacking it can tell.
  "gzipped, in a whole request": (receiver, sent) =>
    bytes(
      put(receiver, { "Content-Encoding": "gzip", "Content-Length": String(sent.length) }),
      sent,
    ),
  "gzipped, in whole chunks": (receiver, sent) =>
    bytes(
      put(receiver, { "Content-Encoding": "gzip", "Transfer-Encoding": "chunked" }),
      ...(sent.length === 0 ? [] : [chunk(sent)]),
      "0\r\n\r\n",
    ),
};

for (const [how, request] of Object.entries(CUTS)) {
  scenario({
    name: `upload-cut-${how.replaceAll(/[ ,]+/g, "-").toLowerCase()}`,
    breaks: `an upload is cut off anywhere, ${how}`,
    holds: "400 or no answer, and the snapshot before it stays",
    ci: true,
  }, async (seen) => {
    await using receiver = await startWithSnapshot();
    const whole = how.startsWith("gzipped") ? new Uint8Array(gzipSync(RANDOM)) : BODY;
    for (let cut = 0; cut < BODY_BYTES; cut += CUT_EVERY_BYTES) {
      const answer = await breakOff(
        receiver.pushPort,
        request(receiver, whole.subarray(0, cut), whole),
      );
      // A server may close without an answer to who stopped in mid-request.
      if (answer !== undefined) assertEquals(answer.status, 400, `cut at ${cut}`);
      await assertUnchanged(receiver, `a cut at ${cut}`);
    }
    seen("cuts", BODY_BYTES / CUT_EVERY_BYTES);
  });
}

const GZIPPED = new Uint8Array(gzipSync(BODY));

/** A copy with one byte changed. */
function flipped(data: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(data);
  copy[index]! ^= 0xff;
  return copy;
}

const DAMAGED: Record<string, Uint8Array> = {
  "its first byte wrong": flipped(GZIPPED, 0),
  "a byte in the middle wrong": flipped(GZIPPED, GZIPPED.length >> 1),
  "a wrong checksum": flipped(GZIPPED, GZIPPED.length - 8),
  "a wrong length": flipped(GZIPPED, GZIPPED.length - 1),
  "garbage after it": bytes(GZIPPED, "garbage"),
  "zeros after it": bytes(GZIPPED, new Uint8Array(512)),
  "half a member after it": bytes(GZIPPED, GZIPPED.subarray(0, 1_000)),
  "no gzip at all in it": BODY,
};

scenario({
  name: "upload-damaged",
  breaks: "a gzipped body is damaged: at its ends, in the middle, by what comes after it",
  holds: "400, and the snapshot before it stays",
  ci: true,
}, async (seen) => {
  await using receiver = await startWithSnapshot();
  for (const [damage, body] of Object.entries(DAMAGED)) {
    const headers = { "Content-Encoding": "gzip", "Content-Length": String(body.length) };
    const answer = await exchange(receiver.pushPort, bytes(put(receiver, headers), body));
    assertEquals(answer?.status, 400, `a body with ${damage}`);
    await assertUnchanged(receiver, `a body with ${damage}`);
  }
  seen("bodies", Object.keys(DAMAGED).length);
});
