// A body that is whole, opened: as long and as right as its first frame says, or refused.

import type { Bases } from "./bases.ts";
import { checksum, isGzipOf } from "./checksum.ts";
import { decodeDelta } from "./delta/mod.ts";
import { type BodyHead, NO_BASE, type RefusalInfo } from "./frame.ts";
import { gunzip } from "./gunzip.ts";

/** What is in a body. */
export interface OpenBody {
  readonly encoding: "identity" | "gzip";
  /** In memory that is shared with nobody but a base, and never changes. */
  readonly body: Uint8Array<ArrayBuffer>;
  /**
   * The body unpacked, where it had to be for a base. Where it isn't here and the encoding is gzip,
   * only its end was looked at: it is sound if it unpacks without an error to the right length.
   */
  readonly unpacked: Uint8Array<ArrayBuffer> | undefined;
}

/** A refusal without a time to wait. */
export function refusal(status: number, reason: string, detail: string): RefusalInfo {
  return { status, reason, detail, retryAfterS: 0 };
}

const DAMAGED = refusal(400, "broken_body", "body is damaged");

/** Opens all bytes of a body as they were sent on this channel. */
export function openBody(
  frame: Omit<BodyHead, "payload"> & { readonly channel: number },
  sent: Uint8Array<ArrayBuffer>,
  { bases, maxBaseBytes }: { readonly bases: Bases; readonly maxBaseBytes: number },
): OpenBody | RefusalInfo {
  switch (frame.encoding) {
    case "identity": {
      if (!isRight(sent, frame)) return DAMAGED;
      const body = own(sent);
      return { encoding: "identity", body, unpacked: body };
    }
    case "gzip": {
      if (!isGzipOf(sent, frame)) return DAMAGED;
      const body = own(sent);
      if (!frame.keep || !bases.fits(frame.channel, frame.bodyBytes)) {
        return { encoding: "gzip", body, unpacked: undefined };
      }
      const unpacked = gunzip(sent, frame.bodyBytes);
      if (unpacked === undefined || !isRight(unpacked, frame)) return DAMAGED;
      return { encoding: "gzip", body, unpacked };
    }
    case "delta": {
      const base = bases.get(frame.channel);
      if (base === undefined || frame.bodyBytes > maxBaseBytes) {
        return refusal(412, NO_BASE, "there is no base for such a delta");
      }
      const body = decodeDelta(base, sent, frame);
      if (body === undefined || !isRight(body, frame)) {
        return refusal(412, NO_BASE, "delta does not fit its base");
      }
      return { encoding: "identity", body, unpacked: body };
    }
  }
}

function isRight(
  body: Uint8Array,
  frame: { readonly bodyBytes: number; readonly checksum: number },
): boolean {
  return body.byteLength === frame.bodyBytes && checksum(body) === frame.checksum;
}

/** A message's memory may be part of something much larger. */
function own(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
