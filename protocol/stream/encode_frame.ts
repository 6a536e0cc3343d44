// Frames to bytes.

import { ByteWriter } from "./byte_writer.ts";
import { type BodyEncoding, type BodyHead, type Frame, FRAME_TYPES } from "./frame.ts";
import type { HelloFrame, RefusalInfo, TargetFrame } from "./frame.ts";
import { HELLO_KEYS, type HelloKey } from "./hello_keys.ts";

/** How a body is packed, by its number. */
export const ENCODINGS: readonly BodyEncoding[] = ["identity", "gzip", "delta"];
/** What is added to that number. */
export const FLAG = { keep: 4, more: 8 } as const;

/** The message of a frame whose fields are within their limits; a negative number is a `RangeError`. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const to = new ByteWriter().byte(FRAME_TYPES[frame.type]);
  write(frame, to);
  return to.done();
}

function write(frame: Frame, to: ByteWriter): ByteWriter {
  switch (frame.type) {
    case "hello":
      return writeHello(frame, to);
    case "alive":
      return to;
    case "target":
      return writeTarget(frame, to);
    case "end":
      return to.varint(frame.channel).varint(frame.forget ? 1 : 0);
    case "snapshot":
      return writeBody(frame, to.varint(frame.channel).varint(frame.scrapedAtMs));
    case "failure":
      return to.varint(frame.channel).varint(frame.scrapedAtMs).text(frame.cause)
        .text(frame.detail);
    case "answer":
      return writeBody(
        frame,
        to.varint(frame.channel).varint(frame.request).text(frame.contentType),
      );
    case "no_answer":
      return to.varint(frame.request).varint(frame.status).text(frame.cause).text(frame.detail);
    case "chunk":
      return to.varint(frame.number).rest(frame.payload);
    case "abort":
      return to.varint(frame.number);
    case "ack":
      return to.varint(frame.number).varint(frame.count);
    case "refused":
      return writeRefusal(frame, to.varint(frame.number));
    case "target_refused":
      return writeRefusal(frame, to.varint(frame.channel));
    case "scrape":
      return to.varint(frame.request).varint(frame.channel).varint(frame.timeoutMs)
        .text(frame.accept).text(frame.params);
    case "cancel":
      return to.varint(frame.request);
    default:
      return frame satisfies never;
  }
}

function writeHello(frame: HelloFrame, to: ByteWriter): ByteWriter {
  to.text(frame.software);
  for (const [field, key] of Object.entries(HELLO_KEYS)) {
    const value = frame[field as HelloKey];
    if (value !== undefined) to.varint(key).varint(value);
  }
  return to;
}

function writeTarget(frame: TargetFrame, to: ByteWriter): ByteWriter {
  const { channel, mode, ttlMs, intervalMs, job, instance, contentType, labels } = frame;
  to.varint(channel).varint(mode === "push" ? 0 : 1).varint(ttlMs).varint(intervalMs);
  to.text(job).text(instance).text(contentType).text(labels);
  to.varint(frame.paramsAllowed.length);
  for (const name of frame.paramsAllowed) to.text(name);
  return to;
}

function writeBody(body: BodyHead, to: ByteWriter): ByteWriter {
  const more = body.sentBytes !== body.payload.byteLength;
  const flags = (body.keep ? FLAG.keep : 0) + (more ? FLAG.more : 0);
  to.varint(ENCODINGS.indexOf(body.encoding) + flags).varint(body.bodyBytes).u32(body.checksum);
  if (more) to.varint(body.sentBytes);
  return to.rest(body.payload);
}

function writeRefusal(refusal: RefusalInfo, to: ByteWriter): ByteWriter {
  return to.varint(refusal.status).varint(refusal.retryAfterS).text(refusal.reason)
    .text(refusal.detail);
}
