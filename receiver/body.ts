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

/** The whole body, in a buffer of its own and of its exact size. */
export type ReadBody = {
  readonly ok: true;
  readonly body: Uint8Array<ArrayBuffer>;
} | Refusal;

/**
 * Reads a body. What the sender declares too large is refused unread; what turns
 * out too large, once it is. A body that breaks off is a refusal as well: the
 * runtime reports it as an error of the stream.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<ReadBody> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limits.maxBodyBytes) return tooLarge(limits.maxBodyBytes);
  if (request.body === null) return { ok: true, body: new Uint8Array(0) };

  const reader = request.body.getReader();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    reader.cancel().catch(() => {});
  }, limits.bodyTimeoutMs);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (timedOut) {
        return refuse(
          "too_slow",
          `body took longer than ${formatDuration(limits.bodyTimeoutMs)}`,
        );
      }
      if (done) break;
      bytes += value.byteLength;
      if (bytes > limits.maxBodyBytes) {
        reader.cancel().catch(() => {});
        return tooLarge(limits.maxBodyBytes);
      }
      chunks.push(value);
    }
  } catch {
    return refuse("broken_body", "body broke off");
  } finally {
    clearTimeout(timer);
  }
  return { ok: true, body: join(chunks, bytes) };
}

function join(
  chunks: Uint8Array<ArrayBuffer>[],
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1 && first.buffer.byteLength === bytes) return first;
  const body = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

function tooLarge(maxBodyBytes: number): Refusal {
  return refuse("too_large", `body is larger than ${formatSize(maxBodyBytes)}`);
}
