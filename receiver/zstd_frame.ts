// Walks the frames of a zstd body (RFC 8878, section 3.1) without unpacking them: are
// they whole?

/** Windows up to 8 MiB are taken: what the RFC asks of every decoder. */
export const MAX_WINDOW_LOG = 23;

/** The frames of a body, as views of it, or what is wrong with them. */
export type ZstdFrames =
  | { readonly ok: true; readonly frames: Uint8Array[] }
  | { readonly ok: false; readonly fault: string };

const MAGIC = 0xfd2fb528;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

/** Splits a body that should be nothing but one frame or more. */
export function splitZstdFrames(body: Uint8Array): ZstdFrames {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Uint8Array[] = [];
  try {
    for (let offset = 0; offset < body.byteLength || offset === 0;) {
      const end = frameEnd(view, offset);
      if (typeof end === "string") return { ok: false, fault: end };
      if (end > body.byteLength) return { ok: false, fault: "is cut" };
      frames.push(body.subarray(offset, end));
      offset = end;
    }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, fault: "is cut" };
    throw error;
  }
  return { ok: true, frames };
}

/** Where the frame that starts at `start` ends, or what is wrong with it. */
function frameEnd(view: DataView, start: number): number | string {
  if (view.getUint32(start, true) !== MAGIC) {
    return start === 0 ? "is not zstd" : "has something after its end";
  }
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const checksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  if (dictionaryBytes > 0) return "needs a dictionary";
  if (!singleSegment && windowBytes(view.getUint8(start + 5)) > 2 ** MAX_WINDOW_LOG) {
    return "needs a window of more than 8MiB";
  }

  let offset = start + 5 + (singleSegment ? 0 : 1) + sizeBytes;
  for (let last = false; !last;) {
    const header = view.getUint16(offset, true) | view.getUint8(offset + 2) << 16;
    last = (header & 1) !== 0;
    const type = header >> 1 & 3;
    if (type === BLOCK_RESERVED) return "is damaged";
    offset += 3 + (type === BLOCK_RLE ? 1 : header >> 3);
  }
  return checksum ? offset + 4 : offset;
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}
