// Walks a zstd frame (RFC 8878, section 3.1.1) without unpacking it: is it whole?

/** Windows up to 8 MiB are taken: what the RFC asks of every decoder. */
export const MAX_WINDOW_LOG = 23;

const MAGIC = 0xfd2fb528;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

/** What is wrong with a body that should be exactly one frame, or `undefined`. */
export function checkZstdFrame(body: Uint8Array): string | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  try {
    if (view.getUint32(0, true) !== MAGIC) return "is not zstd";
    const descriptor = view.getUint8(4);
    const singleSegment = (descriptor & 0x20) !== 0;
    const checksum = (descriptor & 0x04) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 0x03] ?? 0;
    const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    if (dictionaryBytes > 0) return "needs a dictionary";
    if (!singleSegment && windowBytes(view.getUint8(5)) > 2 ** MAX_WINDOW_LOG) {
      return "needs a window of more than 8MiB";
    }

    let offset = 5 + (singleSegment ? 0 : 1) + sizeBytes;
    for (let last = false; !last;) {
      const header = view.getUint16(offset, true) |
        view.getUint8(offset + 2) << 16;
      last = (header & 1) !== 0;
      const type = header >> 1 & 3;
      if (type === BLOCK_RESERVED) return "is damaged";
      offset += 3 + (type === BLOCK_RLE ? 1 : header >> 3);
    }
    if (checksum) offset += 4;
    if (offset > body.byteLength) return "is cut";
    return offset < body.byteLength ? "is more than one frame" : undefined;
  } catch (error) {
    if (error instanceof RangeError) return "is cut";
    throw error;
  }
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}
