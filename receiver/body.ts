// Reads the body of a request: whole, within its limit, its time and its room, or not at all.

import { formatDuration, formatSize } from "../protocol/mod.ts";
import { type BodyShare, SMALL_BODY_BYTES } from "./body_budget.ts";
import type { PushRequest } from "./listen.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What a body may be. */
export interface BodyLimits {
  /** As sent. */
  readonly maxBodyBytes: number;
  /** From the first read to the last, and for a place to put it. */
  readonly bodyTimeoutMs: number;
}

/** The whole body, in memory of its own. */
export type ReadBody = { readonly ok: true; readonly body: Uint8Array<ArrayBuffer> } | Refusal;

/** What a large body must have sent before it gets room: nobody holds that by a promise. */
const FIRST_BYTES = 16 * 1024;
/** When somebody for whom there was no room may try again. */
const RETRY_AFTER_S = 5;

/**
 * Reads a body. What the sender declares too large is refused unread; what turns
 * out too large, once it is. A body that breaks off is a refusal as well: the
 * runtime reports it as an error.
 */
export async function readBody(
  request: PushRequest,
  { limits, share }: { readonly limits: BodyLimits; readonly share: BodyShare },
): Promise<ReadBody> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  const declared = Number(request.headers.get("content-length") ?? Infinity);
  if (declared !== Infinity && declared > maxBodyBytes) return tooLarge(maxBodyBytes);
  if (request.body === null) return { ok: true, body: new Uint8Array(0) };

  const deadline = new Deadline(bodyTimeoutMs);
  const pieces = request.body[Symbol.asyncIterator]();
  try {
    const collected = collect(pieces, {
      declaredBytes: declared === Infinity ? undefined : declared,
      maxBodyBytes,
      share,
      deadline,
    });
    collected.catch(() => {});
    // Once for all pieces: each race would leave something behind until the time is up.
    return await Promise.race([collected, deadline.passed]);
  } catch {
    return deadline.isOver
      ? refuse("too_slow", `body took longer than ${formatDuration(bodyTimeoutMs)}`)
      : refuse("broken_body", "body broke off");
  } finally {
    deadline.clear();
    void pieces.return?.().catch(() => {});
  }
}

interface Collecting {
  readonly declaredBytes: number | undefined;
  readonly maxBodyBytes: number;
  readonly share: BodyShare;
  readonly deadline: Deadline;
}

async function collect(
  pieces: AsyncIterator<Uint8Array<ArrayBuffer>>,
  { declaredBytes, maxBodyBytes, share, deadline }: Collecting,
): Promise<ReadBody> {
  const isLarge = (declaredBytes ?? 0) > SMALL_BODY_BYTES;
  let body = new Uint8Array(0);
  let bytes = 0;
  let reserved = false;
  for (;;) {
    const { done, value } = await pieces.next();
    deadline.check(); // nobody waits any more, and the share is another's
    if (done) return { ok: true, body: bytes < body.byteLength ? body.slice(0, bytes) : body };
    const needed = bytes + value.byteLength;
    if (needed > maxBodyBytes) return tooLarge(maxBodyBytes);
    if (needed > body.byteLength) {
      const mustReserve = needed > (isLarge ? FIRST_BYTES : SMALL_BODY_BYTES);
      if (mustReserve && !reserved) {
        reserved = await share.reserve(declaredBytes ?? maxBodyBytes, deadline.signal());
        if (!reserved) return noRoom();
        share.grow(0);
      }
      const roomBytes = mustReserve && declaredBytes !== undefined
        ? declaredBytes
        : Math.min(2 * needed, declaredBytes ?? maxBodyBytes);
      const size = Math.max(needed, roomBytes);
      if (!reserved && !share.grow(size)) return noRoom();
      if (bytes === 0 && size === value.byteLength && ownsBuffer(value)) {
        // Not as the subclass of Node.js that it is: each scrape copies it, there by a slow way.
        body = new Uint8Array(value.buffer);
        bytes = needed;
        continue;
      }
      const larger = allocate(size);
      larger.set(body.subarray(0, bytes));
      body = larger;
    }
    // A copy: a piece may lie in a buffer of 64 KiB, however few bytes came in it.
    body.set(value, bytes);
    bytes = needed;
    // The collector would find it much too late in a flood.
    if (ownsBuffer(value)) value.buffer.transfer(0);
  }
}

function ownsBuffer(piece: Uint8Array<ArrayBuffer>): boolean {
  return piece.byteLength === piece.buffer.byteLength;
}

/** When a body must be there. What only large bodies need of it is made when they ask. */
class Deadline {
  readonly #passed = Promise.withResolvers<never>();
  readonly #timer: ReturnType<typeof setTimeout>;
  #abort: AbortController | undefined;
  isOver = false;

  constructor(ms: number) {
    this.#passed.promise.catch(() => {});
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#passed.reject(new Error("deadline passed"));
      this.#abort?.abort();
    }, ms);
  }

  /** Never fulfilled; rejected once it is over. */
  get passed(): Promise<never> {
    return this.#passed.promise;
  }

  /** Throws once it is over. */
  check(): void {
    if (this.isOver) throw new Error("deadline passed");
  }

  signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * A buffer that could be resized gets pages of its own, which go back to the system with
 * it. Others of this size would leave holes in the memory of all.
 */
function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  const isLarge = bytes > SMALL_BODY_BYTES;
  return new Uint8Array(new ArrayBuffer(bytes, isLarge ? { maxByteLength: bytes } : {}));
}

function noRoom(): Refusal {
  return {
    ...refuse("too_many_requests", "too many bodies at once"),
    retryAfterS: RETRY_AFTER_S,
  };
}

function tooLarge(maxBodyBytes: number): Refusal {
  return refuse("too_large", `body is larger than ${formatSize(maxBodyBytes)}`);
}
