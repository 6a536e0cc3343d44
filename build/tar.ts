// A tar archive (ustar) of a few files, with the same bytes for the same files.

export interface TarFile {
  /** At most 100 bytes of ASCII. */
  readonly name: string;
  readonly mode: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BLOCK_BYTES = 512;
const MAX_NAME_BYTES = 100;

/** The archive; every file was last changed at the time given, and belongs to root. */
export function tarOf(files: readonly TarFile[], modifiedAtS: number): Blob {
  const parts = files.flatMap(({ name, mode, bytes }) => [
    header({ name, mode, sizeBytes: bytes.length, modifiedAtS }),
    bytes,
    new Uint8Array((BLOCK_BYTES - bytes.length % BLOCK_BYTES) % BLOCK_BYTES),
  ]);
  return new Blob([...parts, new Uint8Array(2 * BLOCK_BYTES)]);
}

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedAtS: number;
}

function header({ name, mode, sizeBytes, modifiedAtS }: Entry): Uint8Array<ArrayBuffer> {
  if (name.length > MAX_NAME_BYTES) throw new Error(`Cannot archive "${name}": too long a name`);
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, octal(mode, 7));
  put(108, octal(0, 7)); // user
  put(116, octal(0, 7)); // group
  put(124, octal(sizeBytes, 11));
  put(136, octal(modifiedAtS, 11));
  put(148, " ".repeat(8)); // the checksum, as it counts itself
  put(156, "0"); // a regular file
  put(257, "ustar\0" + "00");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
