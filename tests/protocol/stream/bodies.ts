// A sender's and a receiver's half of one stream, in a test.

import { gzipSync } from "node:zlib";
import {
  type AnswerFrame,
  Bases,
  type BodyHead,
  checksum,
  deltaBody,
  firstPart,
  IncomingBodies,
  type Intake,
  otherParts,
  type OutgoingBody,
  type ReceiverLimits,
  type Room,
  type SnapshotFrame,
  wholeBody,
} from "../../../protocol/stream/mod.ts";

export const LIMITS: ReceiverLimits = {
  maxBodyBytes: 1_000_000,
  maxUnpackedBytes: 4_000_000,
  maxChannels: 100,
  maxUnfinishedBytes: 400_000,
  maxBaseBytes: 100_000,
  maxBasesBytes: 250_000,
};

/** A receiver's half. */
export function incoming(
  { limits = LIMITS, room, basesRoom }: {
    readonly limits?: ReceiverLimits;
    readonly room?: Room;
    readonly basesRoom?: Room;
  } = {},
) {
  const bases = new Bases(limits, basesRoom);
  return { bases, bodies: new IncomingBodies({ limits, bases, ...room && { room } }) };
}

/** The snapshot of a body as it is, with what is to be wrong about it. */
export function snapshot(
  body: Uint8Array<ArrayBuffer>,
  but: Partial<SnapshotFrame> = {},
): SnapshotFrame {
  const head: BodyHead = {
    encoding: "identity",
    keep: false,
    bodyBytes: body.byteLength,
    checksum: checksum(body),
    sentBytes: body.byteLength,
    payload: body,
  };
  return { type: "snapshot", channel: 0, scrapedAtMs: 0, ...head, ...but };
}

/** The answer to request 1 on channel 0. */
export function answer(
  body: Uint8Array<ArrayBuffer>,
  but: Partial<AnswerFrame> = {},
): AnswerFrame {
  const { scrapedAtMs: _, ...head } = snapshot(body);
  return { ...head, type: "answer", request: 1, contentType: "", ...but };
}

/** As a sender would send it: a delta, else gzipped. */
export function outgoing(
  body: Uint8Array<ArrayBuffer>,
  { bases, channel }: { readonly bases: Bases; readonly channel: number },
): OutgoingBody {
  const packed = Uint8Array.from(gzipSync(body));
  return deltaBody(body, { bases, channel }) ?? wholeBody(body, { bases, channel, packed });
}

/** Sends all frames of a body; the last result counts. */
export function sendAll(
  to: IncomingBodies,
  body: OutgoingBody,
  { channel, number }: { readonly channel: number; readonly number: number },
): Intake {
  let result = to.begin(snapshot(body.payload, { ...firstPart(body), channel }));
  for (const chunk of otherParts(body, number)) result = to.add(chunk);
  return result;
}
/** A room that knows how much was taken. */
export function countingRoom(bytes: number): Room & { readonly used: number } {
  let used = 0;
  return {
    take(more) {
      if (used + more > bytes) return false;
      used += more;
      return true;
    },
    give(less) {
      used -= less;
    },
    get used() {
      return used;
    },
  };
}

/** So many bytes that no packing makes smaller, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return state >>> 24;
  });
}
