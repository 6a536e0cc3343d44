// Makes a push of a request: headers, whole body, sound packing. Changes nothing.

import {
  decodeFailure,
  PROBLEM_TYPE,
  readPushHeaders,
  type SourceFailure,
} from "../protocol/mod.ts";
import { type BodyLimits, readBody } from "./body.ts";
import type { BodyShare } from "./body_budget.ts";
import type { PushRequest } from "./listen.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Push, Sender } from "./push.ts";
import { checkPacked, parseEncoding, unpack } from "./unpack.ts";

/** What a push may be, and for how long it counts where it doesn't say. */
export interface PushLimits extends BodyLimits {
  readonly maxUnpackedBytes: number;
  readonly defaultTtlMs: number;
}

/** A push, or why it is none. */
export type ReadPush = { readonly ok: true; readonly push: Push } | Refusal;

/** What surrounds a push. */
export interface PushContext {
  readonly limits: PushLimits;
  /** Holds the body until the push is written. */
  readonly share: BodyShare;
  readonly sender: Sender;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** For an exporter that sent no type, or an empty one: Prometheus 3 would refuse that. */
export const DEFAULT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
/** A report of a failure is a few lines. */
const MAX_REPORT_BYTES = 64 * 1024;
/** It is kept with each snapshot, beside the memory that is counted. */
const MAX_TYPE_LENGTH = 1_000;

/** Reads a push. What is wrong with its headers is said before its body is read. */
export async function readPush(request: PushRequest, context: PushContext): Promise<ReadPush> {
  const { limits, share, sender, clock } = context;
  const encoding = parseEncoding(request.headers.get("content-encoding"));
  if (encoding === undefined) {
    return refuse("unknown_encoding", "Content-Encoding must be gzip, zstd or none");
  }
  // Nobody would unpack what is packed for the transfer: it would be stored so.
  if ((request.headers.get("transfer-encoding") ?? "chunked").toLowerCase() !== "chunked") {
    return refuse("bad_header", "Transfer-Encoding must be chunked or none");
  }
  const headers = readPushHeaders(request.headers);
  if (!headers.ok) return refuse("bad_header", headers.reason);
  const contentType = request.headers.get("content-type") || DEFAULT_TYPE;
  if (contentType.length > MAX_TYPE_LENGTH) {
    return refuse("bad_header", `Content-Type is longer than ${MAX_TYPE_LENGTH} bytes`);
  }
  const { ttlMs = limits.defaultTtlMs, scrapedAtMs, intervalMs, labels = {} } = headers;
  const clockAheadMs = scrapedAtMs === undefined ? undefined : scrapedAtMs - clock();

  const read = await readBody(request, { limits, share });
  if (!read.ok) return read;
  const { body } = read;
  const checked = await checkPacked(body, encoding, limits.maxUnpackedBytes);
  if (!checked.ok) return checked;

  const snapshot = { body, contentType, encoding, unpackedBytes: checked.unpackedBytes };
  const content = isProblem(contentType) ? await readFailure(snapshot) : snapshot;
  if (content === undefined) {
    return refuse("broken_body", "report is not a JSON object");
  }

  const sentBytes = body.byteLength;
  return {
    ok: true,
    push: {
      ...{ arrival: "put", content, ttlMs, scrapedAtMs, clockAheadMs, intervalMs },
      ...{ labels, sender, sentBytes },
    },
  };
}

export function isProblem(contentType: string): boolean {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === PROBLEM_TYPE;
}

async function readFailure(report: Snapshot): Promise<SourceFailure | undefined> {
  if (report.unpackedBytes > MAX_REPORT_BYTES) return undefined;
  return decodeFailure(await new Response(unpack(report)).bytes());
}
