// Whether bytes are well-formed UTF-8.

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Whether the bytes from `start` to `end` are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at]! < 0x80) continue;
    try {
      utf8.decode(bytes.subarray(start, end));
      return true;
    } catch {
      return false;
    }
  }
  return true;
}
