// How the bodies of a stream are packed: as deltas of what the receiver has, or gzipped.

import {
  Bases,
  checksum,
  deltaBody,
  isGzipOf,
  type OutgoingBody,
  type ReceiverLimits,
  wholeBody,
} from "../../protocol/stream/mod.ts";
import { MAX_SYNC_BYTES, pack, packed, packNow } from "../pack.ts";
import type { Refusal } from "../refusal.ts";
import type { Scraped } from "../report.ts";
import type { Channel } from "./channel.ts";
import { unpack } from "./unpack.ts";

/** A body that waits for its turn. */
export interface PreparedBody {
  /** As sent, at most. */
  readonly sentBytes: number;
  /** Made of what the receiver has now. */
  make(): OutgoingBody;
  /** Has gone out, whole. */
  sent(): void;
}

/** Whatever a receiver has room for, so much is kept of one body for deltas, and of all. */
const MAX_BASE_BYTES = 1024 * 1024;
const MAX_BASES_BYTES = 64 * 1024 * 1024;

/** The bases of one stream, and what to send instead of whole bodies. */
export class Bodies {
  readonly #limits: ReceiverLimits;
  readonly #bases: Bases;

  /** `maxBasesBytes`: of all bases, should the receiver have room for more. */
  constructor(limits: ReceiverLimits, { maxBasesBytes }: { readonly maxBasesBytes: number }) {
    this.#limits = limits;
    this.#bases = new Bases({
      maxBaseBytes: Math.min(limits.maxBaseBytes, MAX_BASE_BYTES),
      maxBasesBytes: Math.min(limits.maxBasesBytes, MAX_BASES_BYTES, maxBasesBytes),
    });
  }

  /** Of all bases. */
  get keptBytes(): number {
    return this.#bases.bytes;
  }

  /** The receiver has no base of this channel, or another one: the next body goes whole. */
  forget(channel: number): void {
    this.#bases.delete(channel);
  }

  /** Makes a body ready, or says why the receiver would refuse it. */
  async prepare({ number }: Channel, scraped: Scraped): Promise<PreparedBody | Refusal> {
    const unpacked = await unpack(scraped, { maxBytes: this.#limits.maxUnpackedBytes });
    if (!(unpacked instanceof Uint8Array)) return unpacked;
    const isForDelta = this.#bases.get(number) !== undefined &&
      unpacked.byteLength <= MAX_SYNC_BYTES;
    const ready = isForDelta ? undefined : await gzipOf(scraped, unpacked);
    if (ready !== undefined && ready.byteLength > this.#limits.maxBodyBytes) return TOO_LARGE;
    let isKept = false;
    return {
      sentBytes: ready?.byteLength ?? unpacked.byteLength,
      make: () => {
        const body = deltaBody(unpacked, { bases: this.#bases, channel: number }) ??
          this.#whole(number, unpacked, ready);
        isKept = body.keep;
        return body;
      },
      sent: () => {
        if (isKept) this.#bases.set(number, unpacked);
      },
    };
  }

  #whole(
    channel: number,
    body: Uint8Array<ArrayBuffer>,
    ready: Uint8Array<ArrayBuffer> | undefined,
  ): OutgoingBody {
    const gzip = ready ?? packNow(body);
    const options = { bases: this.#bases, channel };
    return wholeBody(
      body,
      gzip.byteLength < body.byteLength ? { ...options, packed: gzip } : options,
    );
  }
}

const TOO_LARGE: Refusal = { status: 413, text: "body is too large" };

/** The bytes gzipped: as the source did where that is one member, else here. */
async function gzipOf(
  scraped: Scraped,
  unpacked: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bodyBytes = unpacked.byteLength;
  const gzip = await packed(scraped);
  return isGzipOf(gzip, { bodyBytes, checksum: checksum(unpacked) }) ? gzip : await pack(unpacked);
}
