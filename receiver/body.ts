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

/** A body that says it is no larger than this is read in one step. */
const MAX_ONE_STEP_BYTES = 256 * 1024;

/**
 * Reads a body. What the sender declares too large is refused unread; what turns
 * out too large, once it is. A body that breaks off is a refusal as well: the
 * runtime reports it as an error.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<ReadBody> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  const declared = Number(request.headers.get("content-length") ?? Infinity);
  if (declared !== Infinity && declared > maxBodyBytes) return tooLarge(maxBodyBytes);

  const timeout = new AbortController();
  const { signal } = timeout;
  const timer = setTimeout(() => timeout.abort(), bodyTimeoutMs);
  try {
    const body = declared <= MAX_ONE_STEP_BYTES
      ? await inOneStep(request, signal)
      : await inPieces(request, { maxBodyBytes, signal });
    return body === undefined ? tooLarge(maxBodyBytes) : { ok: true, body };
  } catch {
    return signal.aborted
      ? refuse("too_slow", `body took longer than ${formatDuration(bodyTimeoutMs)}`)
      : refuse("broken_body", "body broke off");
  } finally {
    clearTimeout(timer);
  }
}

/** Twice as fast as in pieces. What is still under way after a timeout ends with the answer. */
function inOneStep(request: Request, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  request.bytes().then(resolve, reject);
  return promise;
}

/** `undefined` where the body is larger than the limit; then the rest stays unread. */
async function inPieces(
  request: Request,
  limits: { readonly maxBodyBytes: number; readonly signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { maxBodyBytes, signal } = limits;
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  let body = new Uint8Array(0);
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) return bytes < body.byteLength ? body.slice(0, bytes) : body;
    const needed = bytes + value.byteLength;
    if (needed > maxBodyBytes) return void stop();
    if (needed > body.byteLength) {
      const larger = new Uint8Array(2 * needed);
      larger.set(body.subarray(0, bytes));
      body = larger;
    }
    // A copy: the runtime reads into buffers of 64 KiB, however few bytes come in one.
    body.set(value, bytes);
    bytes = needed;
  }
}

function tooLarge(maxBodyBytes: number): Refusal {
  return refuse("too_large", `body is larger than ${formatSize(maxBodyBytes)}`);
}
