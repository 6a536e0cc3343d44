// Reads the body of a request: whole, within its limit and its time, or not at all.

import { formatDuration, formatSize } from "../protocol/mod.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What a body may be. */
export interface BodyLimits {
  /** As sent. */
  readonly maxBodyBytes: number;
  /** From the first read to the last. */
  readonly bodyTimeoutMs: number;
}

/** The whole body, in memory of its own. */
export type ReadBody = { readonly ok: true; readonly body: Uint8Array<ArrayBuffer> } | Refusal;

/**
 * Reads a body. What the sender declares too large is refused unread; what turns
 * out too large, once it is. A body that breaks off is a refusal as well: the
 * runtime reports it as an error of the stream.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<ReadBody> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBodyBytes) return tooLarge(maxBodyBytes);
  if (request.body === null) return { ok: true, body: new Uint8Array(0) };

  const reader = request.body.getReader();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    reader.cancel().catch(() => {});
  }, bodyTimeoutMs);
  let body = new Uint8Array(0);
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (timedOut) {
        return refuse("too_slow", `body took longer than ${formatDuration(bodyTimeoutMs)}`);
      }
      if (done) break;
      if (bytes + value.byteLength > maxBodyBytes) {
        reader.cancel().catch(() => {});
        return tooLarge(maxBodyBytes);
      }
      body = append(value, { to: body, bytes, declared });
      bytes += value.byteLength;
    }
  } catch {
    return refuse("broken_body", "body broke off");
  } finally {
    clearTimeout(timer);
  }
  return { ok: true, body: bytes < body.byteLength ? body.slice(0, bytes) : body };
}

/**
 * Adds a chunk to the `bytes` that have come before. The runtime reads into buffers of
 * 64 KiB, however few bytes come in one: what is kept must be no view of them.
 */
function append(
  chunk: Uint8Array<ArrayBuffer>,
  before: { readonly to: Uint8Array<ArrayBuffer>; bytes: number; declared: number },
): Uint8Array<ArrayBuffer> {
  const { to, bytes, declared } = before;
  const needed = bytes + chunk.byteLength;
  let body = to;
  if (needed > to.byteLength) {
    body = new Uint8Array(Math.max(needed, Math.min(declared || Infinity, 2 * needed)));
    body.set(to.subarray(0, bytes));
  }
  body.set(chunk, bytes);
  return body;
}

function tooLarge(maxBodyBytes: number): Refusal {
  return refuse("too_large", `body is larger than ${formatSize(maxBodyBytes)}`);
}
