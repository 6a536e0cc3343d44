// What a source said on its way over a connection, until the receiver has a word on it.

import { NO_BASE } from "../../protocol/stream/mod.ts";
import type { Refusal } from "../refusal.ts";
import type { Scraped } from "../report.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { BodyOf } from "./outgoing.ts";
import type { Settled } from "./pending.ts";

/** A body, and what goes with it. */
export interface BodyToPut {
  readonly channel: Channel;
  readonly scraped: Scraped;
  /** What its first frame says beside it; called when its turn comes. */
  readonly begin: () => BodyOf;
  /** All of it was handed to the socket. */
  readonly sent?: () => void;
}

/** What became of it; `unfit`: the receiver would refuse it, so that it was not sent. */
export type PutBody = Settled & { readonly bodyBytes: number } | {
  readonly kind: "unfit";
  readonly refusal: Refusal;
};

/** A delta without its base is sent again, whole: more often than this is no base's fault. */
const MAX_TRIES = 3;
const MAX_CONTENT_TYPE_BYTES = 1_024;

/** Settles once there is a word on it, or as lost where the signal aborts or the stream ends. */
export async function putBody(
  connection: Connection,
  { channel, scraped, begin, sent = () => {} }: BodyToPut,
  signal: AbortSignal,
): Promise<PutBody> {
  if (new TextEncoder().encode(scraped.contentType).byteLength > MAX_CONTENT_TYPE_BYTES) {
    return { kind: "unfit", refusal: { status: 400, text: "Content-Type is too long" } };
  }
  for (let tries = 1;; tries++) {
    const body = await connection.bodies.prepare(channel, scraped);
    if ("status" in body) return { kind: "unfit", refusal: body };
    let bodyBytes = 0;
    const settled = await connection.put({
      sentBytes: body.sentBytes,
      begin: () => ({ head: begin(), body: body.make() }),
      sent(bytes) {
        bodyBytes = bytes;
        body.sent();
        sent();
      },
    }, signal);
    if (settled.kind === "refused") connection.bodies.forget(channel.number);
    const isNoBase = settled.kind === "refused" && settled.refusal.reason === NO_BASE;
    if (!isNoBase || tries === MAX_TRIES) return { ...settled, bodyBytes };
  }
}
