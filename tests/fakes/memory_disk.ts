// A state directory in memory, whose disk can be full, broken or slow.

import type {
  FoundSegment,
  Segment,
  SegmentReader,
  SegmentWriter,
  StateDisk,
} from "../../receiver/state/disk.ts";

/** What is on the disk: the bytes of each segment, by its number. */
export type Files = Map<number, { readonly marker: Uint8Array; bytes: Uint8Array<ArrayBuffer> }>;

/** What may fail; `folder` is the sync of the folder itself. */
type Call = "create" | "write" | "sync" | "remove" | "folder";

export class MemoryDisk implements StateDisk {
  readonly path = "/state";
  readonly files: Files;
  readonly found: readonly FoundSegment[];
  /** What the disk takes before it is full. */
  freeBytes = Infinity;
  /** Makes each call of that name fail. */
  readonly broken = new Set<Call>();
  /** Every write waits for it. */
  gate: Promise<void> = Promise.resolve();
  isClosed = false;
  /** Segments that are open to be written. */
  writing = 0;
  readonly #synced = new Map<number, Uint8Array<ArrayBuffer>>();
  #syncedFolder: Files;

  /** A disk as an earlier process left it. */
  constructor(files: Files = new Map()) {
    this.files = files;
    this.#syncedFolder = copyOf(files);
    for (const [number, { bytes }] of files) this.#synced.set(number, bytes);
    this.found = [...files].map(([number, { marker, bytes }]) => ({
      ...{ number, marker },
      bytes: bytes.byteLength,
    }));
  }

  /** What another process would find now. */
  reopened(): MemoryDisk {
    return new MemoryDisk(copyOf(this.files));
  }

  /**
   * What would be found after a power cut now, at worst: of each file what was synced, and
   * of what was created and removed either all or nothing since the folder was.
   */
  afterPowerCut(folder: "as synced" | "as it is"): MemoryDisk {
    const files = copyOf(folder === "as synced" ? this.#syncedFolder : this.files);
    for (const [number, file] of files) file.bytes = this.#synced.get(number) ?? new Uint8Array(0);
    return new MemoryDisk(files);
  }

  reading<T>({ number }: Segment, read: (reader: SegmentReader) => T): T {
    return read(bytesReader(this.files.get(number)!.bytes));
  }

  // deno-lint-ignore require-await
  async create({ number, marker }: Segment): Promise<SegmentWriter> {
    this.#fail("create");
    const file = { marker, bytes: new Uint8Array(0) };
    this.files.set(number, file);
    this.writing++;
    return {
      write: async (bytes) => {
        await this.gate;
        const taken = bytes.slice(0, this.freeBytes);
        this.freeBytes -= taken.byteLength;
        const longer = new Uint8Array(file.bytes.byteLength + taken.byteLength);
        longer.set(file.bytes);
        longer.set(taken, file.bytes.byteLength);
        file.bytes = longer;
        this.#fail("write");
        if (taken.byteLength < bytes.byteLength) throw noSpace();
      },
      // deno-lint-ignore require-await
      sync: async () => {
        this.#fail("sync");
        this.#synced.set(number, file.bytes);
      },
      close: () => void this.writing--,
    };
  }

  // deno-lint-ignore require-await
  async remove({ number }: Segment): Promise<void> {
    this.#fail("remove");
    this.freeBytes += this.files.get(number)?.bytes.byteLength ?? 0;
    this.files.delete(number);
  }

  // deno-lint-ignore require-await
  async sync(): Promise<void> {
    this.#fail("folder");
    this.#syncedFolder = copyOf(this.files);
  }

  close(): void {
    this.isClosed = true;
  }

  #fail(call: Call): void {
    if (this.broken.has(call)) throw new Error("Input/output error (os error 5)");
  }
}

function copyOf(files: Files): Files {
  return new Map([...files].map(([number, file]) => [number, { ...file }]));
}

/** Reads bytes; where `unreadable` says so, reading throws as a broken disk's does. */
export function bytesReader(
  bytes: Uint8Array,
  unreadable: (offset: number, length: number) => boolean = () => false,
): SegmentReader {
  return {
    bytes: bytes.byteLength,
    readAt(offset, into) {
      if (unreadable(offset, into.byteLength)) throw new Error("Input/output error (os error 5)");
      const piece = bytes.subarray(offset, offset + into.byteLength);
      into.set(piece);
      return piece.byteLength;
    },
  };
}

function noSpace(): Error {
  return new Error("No space left on device (os error 28)");
}
