// Frames of every type, for properties.

import fc from "fast-check";
import type { BodyHead, Frame } from "../../../protocol/stream/mod.ts";

const number = fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1));
const large = fc.oneof(fc.nat(300), fc.maxSafeNat());
const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme", maxLength: 300 }))
  .map((text) => text.toWellFormed());
const name = text.map((text) => text.slice(0, 50).toWellFormed());
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(64 * 1024).map((length) => new Uint8Array(length).fill(length)),
).map((bytes) => Uint8Array.from(bytes));

const body: fc.Arbitrary<BodyHead> = fc.tuple(
  fc.constantFrom("identity", "gzip", "delta"),
  fc.record({
    keep: fc.boolean(),
    bodyBytes: large,
    checksum: fc.nat(2 ** 32 - 1),
    payload: bytes,
  }),
  fc.integer({ min: 1, max: 2 ** 50 }),
  fc.boolean(),
).map(([encoding, rest, toCome, more]) => {
  const goesOn = more && encoding !== "delta" && rest.payload.byteLength > 0;
  const sentBytes = rest.payload.byteLength + (goesOn ? toCome : 0);
  return { encoding, ...rest, sentBytes };
});
const refusal = { status: number, retryAfterS: number, reason: text, detail: text };

function frame<T extends Frame["type"], F>(
  type: T,
  fields: { [K in keyof F]: fc.Arbitrary<F[K]> },
): fc.Arbitrary<{ type: T } & F> {
  return fc.record(fields).map((fields) => ({ type, ...fields }) as { type: T } & F);
}

function withBody<T extends object>(head: fc.Arbitrary<T>): fc.Arbitrary<T & BodyHead> {
  return fc.tuple(head, body).map(([head, body]) => ({ ...head, ...body }));
}

/** By type, so that none is left out. */
const BY_TYPE: { [T in Frame["type"]]: fc.Arbitrary<Extract<Frame, { type: T }>> } = {
  hello: fc.record({
    type: fc.constant("hello" as const),
    software: text.map((text) => text.slice(0, 40).toWellFormed()),
    maxBodyBytes: large,
    maxUnpackedBytes: large,
    maxChannels: large,
    maxUnfinishedBytes: large,
    maxBaseBytes: large,
    maxBasesBytes: large,
    maxScrapes: large,
  }, { requiredKeys: ["type", "software"], noNullPrototype: true }),
  alive: fc.constant({ type: "alive" }),
  target: frame("target", {
    channel: number,
    mode: fc.constantFrom("push" as const, "on_demand" as const),
    ttlMs: number,
    intervalMs: number,
    job: name,
    instance: name,
    contentType: text.map((text) => text.slice(0, 200).toWellFormed()),
    labels: text,
    paramsAllowed: fc.array(name, { maxLength: 32 }),
  }),
  end: frame("end", { channel: number, forget: fc.boolean() }),
  snapshot: withBody(frame("snapshot", { channel: number, scrapedAtMs: large })),
  failure: frame("failure", { channel: number, scrapedAtMs: large, cause: text, detail: text }),
  answer: withBody(frame("answer", {
    channel: number,
    request: number,
    contentType: text.map((text) => text.slice(0, 200).toWellFormed()),
  })),
  no_answer: frame("no_answer", { request: number, status: number, cause: text, detail: text }),
  chunk: frame("chunk", { number: large, payload: bytes.filter((bytes) => bytes.byteLength > 0) }),
  abort: frame("abort", { number: large }),
  ack: frame("ack", { number: large, count: number }),
  refused: frame("refused", { number: large, ...refusal }),
  target_refused: frame("target_refused", { channel: number, ...refusal }),
  scrape: frame("scrape", {
    request: number,
    channel: number,
    timeoutMs: number,
    accept: text,
    params: text,
  }),
  cancel: frame("cancel", { request: number }),
};

/** Any frame that can be sent. */
export const frames: fc.Arbitrary<Frame> = fc.oneof(...Object.values(BY_TYPE));
