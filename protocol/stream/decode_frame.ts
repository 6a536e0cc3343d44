// Bytes to frames. Whatever the bytes are, the answer is a frame within its limits or a reason.

import { BrokenFrame, ByteReader } from "./byte_reader.ts";
import { ENCODINGS, FLAG } from "./encode_frame.ts";
import {
  type BodyHead,
  FIRST_OPTIONAL_TYPE,
  type Frame,
  FRAME_TYPES,
  type HelloFrame,
  MAX_MESSAGE_BYTES,
  MAX_PAYLOAD_BYTES,
  type RefusalInfo,
  type TargetFrame,
} from "./frame.ts";
import { HELLO_KEYS } from "./hello_keys.ts";
import {
  MAX_CONTENT_TYPE_BYTES,
  MAX_NAME_BYTES,
  MAX_NUMBER,
  MAX_PARAM_BYTES,
  MAX_PARAMS_ALLOWED,
  MAX_SOFTWARE_BYTES,
  MAX_TEXT_BYTES,
} from "./limits.ts";

/** A frame, `undefined` for one that may be passed over, or why it is none. `reason` is one line. */
export type DecodedFrame =
  | { readonly ok: true; readonly frame: Frame | undefined }
  | { readonly ok: false; readonly reason: string };

const TYPES = new Map<number, string>(
  Object.entries(FRAME_TYPES).map(([type, byte]) => [byte, type]),
);
const HELLO_FIELDS = new Map<number, string>(
  Object.entries(HELLO_KEYS).map(([field, key]) => [key, field]),
);
const MODES = ["push", "on_demand"] as const;

/** Reads a message. A payload lies in the message's own memory. */
export function decodeFrame(message: Uint8Array<ArrayBuffer>): DecodedFrame {
  if (message.byteLength > MAX_MESSAGE_BYTES) return { ok: false, reason: "a message is too long" };
  const from = new ByteReader(message);
  try {
    const byte = from.byte();
    if (byte >= FIRST_OPTIONAL_TYPE) return { ok: true, frame: undefined };
    const type = TYPES.get(byte) as Frame["type"] | undefined;
    if (type === undefined) return { ok: false, reason: "a frame's type is not known" };
    const frame = read(type, from);
    return from.atEnd
      ? { ok: true, frame }
      : { ok: false, reason: `a frame of type "${type}" is too long` };
  } catch (error) {
    if (error instanceof BrokenFrame) return { ok: false, reason: `a frame ${error.message}` };
    throw error;
  }
}

function read(type: Frame["type"], from: ByteReader): Frame {
  switch (type) {
    case "hello":
      return readHello(from);
    case "alive":
      return { type };
    case "target":
      return readTarget(from);
    case "end":
      return { type, channel: number(from), forget: from.varint(1) === 1 };
    case "snapshot":
      return { type, channel: number(from), scrapedAtMs: from.varint(), ...readBody(from) };
    case "failure":
      return { type, channel: number(from), scrapedAtMs: from.varint(), ...readFault(from) };
    case "answer":
      return {
        type,
        channel: number(from),
        request: number(from),
        contentType: from.text(MAX_CONTENT_TYPE_BYTES),
        ...readBody(from),
      };
    case "no_answer":
      return { type, request: number(from), status: number(from), ...readFault(from) };
    case "chunk":
      return { type, number: from.varint(), payload: readChunk(from) };
    case "abort":
      return { type, number: from.varint() };
    case "ack":
      return { type, number: from.varint(), count: number(from) };
    case "refused":
      return { type, number: from.varint(), ...readRefusal(from) };
    case "target_refused":
      return { type, channel: number(from), ...readRefusal(from) };
    case "scrape":
      return {
        type,
        request: number(from),
        channel: number(from),
        timeoutMs: number(from),
        accept: from.text(MAX_TEXT_BYTES),
        params: from.text(MAX_TEXT_BYTES),
      };
    case "cancel":
      return { type, request: number(from) };
    default:
      return type satisfies never;
  }
}

function readHello(from: ByteReader): HelloFrame {
  const software = from.text(MAX_SOFTWARE_BYTES);
  const values = new Map<number, number>();
  while (!from.atEnd) {
    const key = from.varint();
    if (values.has(key)) throw new BrokenFrame("says the same thing twice");
    values.set(key, from.varint());
  }
  const known = [...values].flatMap(([key, value]) => {
    const field = HELLO_FIELDS.get(key);
    return field === undefined ? [] : [[field, value]];
  });
  return { type: "hello", software, ...Object.fromEntries(known) };
}

function readTarget(from: ByteReader): TargetFrame {
  const channel = number(from);
  const mode = MODES[from.varint(1)] ?? "push";
  const ttlMs = number(from);
  const intervalMs = number(from);
  const job = from.text(MAX_NAME_BYTES);
  const instance = from.text(MAX_NAME_BYTES);
  const contentType = from.text(MAX_CONTENT_TYPE_BYTES);
  const labels = from.text(MAX_TEXT_BYTES);
  const count = from.varint(MAX_PARAMS_ALLOWED);
  const paramsAllowed = Array.from({ length: count }, () => from.text(MAX_PARAM_BYTES));
  return {
    ...{ type: "target", channel, mode, ttlMs, intervalMs },
    ...{ job, instance, contentType, labels, paramsAllowed },
  };
}

function readBody(from: ByteReader): BodyHead {
  const flags = from.varint(ENCODINGS.length - 1 + FLAG.keep + FLAG.more);
  const encoding = ENCODINGS[flags % FLAG.keep];
  if (encoding === undefined) throw new BrokenFrame("has a body that is packed in no known way");
  const keep = (flags & FLAG.keep) !== 0;
  const more = (flags & FLAG.more) !== 0;
  if (more && encoding === "delta") throw new BrokenFrame("has a delta that is more than a frame");
  const bodyBytes = from.varint();
  const checksum = from.u32();
  const sentBytes = more ? from.varint() : undefined;
  const payload = from.rest(MAX_PAYLOAD_BYTES);
  if (sentBytes !== undefined && (sentBytes <= payload.byteLength || payload.byteLength === 0)) {
    throw new BrokenFrame("has a body that would end before its chunks");
  }
  return {
    encoding,
    keep,
    bodyBytes,
    checksum,
    sentBytes: sentBytes ?? payload.byteLength,
    payload,
  };
}

function readChunk(from: ByteReader): Uint8Array<ArrayBuffer> {
  const payload = from.rest(MAX_PAYLOAD_BYTES);
  if (payload.byteLength === 0) throw new BrokenFrame("has a chunk that is empty");
  return payload;
}

function readFault(from: ByteReader): { readonly cause: string; readonly detail: string } {
  return { cause: from.text(MAX_TEXT_BYTES), detail: from.text(MAX_TEXT_BYTES) };
}

function readRefusal(from: ByteReader): RefusalInfo {
  return {
    status: number(from),
    retryAfterS: number(from),
    reason: from.text(MAX_TEXT_BYTES),
    detail: from.text(MAX_TEXT_BYTES),
  };
}

function number(from: ByteReader): number {
  return from.varint(MAX_NUMBER);
}
