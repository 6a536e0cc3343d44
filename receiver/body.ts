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

/** The most that is set aside before anything has come. */
const FIRST_BUFFER_BYTES = 64 * 1024;

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

  // The bytes are read to where they stay. Chunks of the runtime's own would each hold
  // 64 KiB, however few bytes came in them.
  const reader = request.body.getReader({ mode: "byob" });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    reader.cancel().catch(() => {});
  }, bodyTimeoutMs);
  let buffer = new Uint8Array(Math.min(declared || FIRST_BUFFER_BYTES, FIRST_BUFFER_BYTES) + 1);
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read(buffer.subarray(bytes));
      if (timedOut) {
        return refuse("too_slow", `body took longer than ${formatDuration(bodyTimeoutMs)}`);
      }
      if (value !== undefined) buffer = new Uint8Array(value.buffer);
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxBodyBytes) {
        reader.cancel().catch(() => {});
        return tooLarge(maxBodyBytes);
      }
      if (bytes === buffer.byteLength) {
        buffer = new Uint8Array(buffer.buffer.transfer(Math.min(2 * bytes, maxBodyBytes) + 1));
      }
    }
  } catch {
    return refuse("broken_body", "body broke off");
  } finally {
    clearTimeout(timer);
  }
  return { ok: true, body: new Uint8Array(buffer.buffer.transfer(bytes)) };
}

function tooLarge(maxBodyBytes: number): Refusal {
  return refuse("too_large", `body is larger than ${formatSize(maxBodyBytes)}`);
}
