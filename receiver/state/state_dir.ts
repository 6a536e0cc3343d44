// The real folder of the state: made, locked and listed.

import { join } from "node:path";
import type { FoundSegment, Segment, SegmentReader, SegmentWriter, StateDisk } from "./disk.ts";
import { errorText } from "./error_text.ts";

/** The folder, or one line that says why it can't be used. */
export type OpenedStateDir =
  | { readonly ok: true; readonly disk: StateDisk }
  | { readonly ok: false; readonly reason: string };

/** Of names and records. A receiver never touches what another version wrote. */
const FORMAT_VERSION = 1;
const SEGMENT_NAME = /^snapshots-v(\d+)-(\d+)-([0-9a-f]{32})\.log$/;
/** Nobody else needs to read what sources say. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Opens the folder and holds it, so that no second receiver can. Makes it where it is missing. */
export function openStateDir(path: string): OpenedStateDir {
  const cannot = (reason: string) =>
    ({ ok: false, reason: `Cannot use state directory "${path}": ${reason}` }) as const;
  let lock: Deno.FsFile | undefined;
  try {
    makeFolder(path);
    lock = openLock(join(path, "lock"));
    if (!lock.tryLockSync(true)) {
      lock.close();
      return cannot("another receiver is using it");
    }
    const found = listSegments(path);
    const strange = found.find(({ version }) => version !== FORMAT_VERSION);
    if (strange !== undefined) {
      lock.close();
      return cannot(
        `"${strange.name}" is of another version of prompipe; run that one, or move the file away`,
      );
    }
    return { ok: true, disk: new StateDir(path, lock, found) };
  } catch (error) {
    lock?.close();
    return cannot(errorText(error));
  }
}

/** Not its parents: a path that was mistyped should not come to be. */
function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** The kernel forgets the lock with the process, however that ends. */
function openLock(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, write: true, mode: FILE_MODE });
  } catch (error) {
    // A disk that broke becomes read-only. What lies on it can still be served.
    if (errorCode(error) !== "EROFS" || !exists(path)) throw error;
    return Deno.openSync(path);
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

interface NamedSegment extends FoundSegment {
  readonly name: string;
  readonly version: number;
}

function listSegments(path: string): NamedSegment[] {
  const segments: NamedSegment[] = [];
  for (const { name, isFile } of Deno.readDirSync(path)) {
    const match = SEGMENT_NAME.exec(name);
    if (!isFile || match === null) continue;
    const [, version, number, marker] = match;
    // Opened, so that one that can't be read is told of, not taken for damaged.
    using file = Deno.openSync(join(path, name));
    segments.push({
      name,
      bytes: file.statSync().size,
      version: Number(version),
      number: Number(number),
      marker: Uint8Array.fromHex(marker!),
    });
  }
  return segments.sort((a, b) => a.number - b.number);
}

class StateDir implements StateDisk {
  readonly path: string;
  readonly found: readonly FoundSegment[];
  readonly #lock: Deno.FsFile;

  constructor(path: string, lock: Deno.FsFile, found: readonly FoundSegment[]) {
    this.path = path;
    this.found = found;
    this.#lock = lock;
  }

  reading<T>(segment: Segment, read: (reader: SegmentReader) => T): T {
    using file = Deno.openSync(this.#pathOf(segment));
    return read({
      bytes: file.statSync().size,
      readAt(offset, into) {
        file.seekSync(offset, Deno.SeekMode.Start);
        return file.readSync(into) ?? 0;
      },
    });
  }

  async create(segment: Segment): Promise<SegmentWriter> {
    const path = this.#pathOf(segment);
    const file = await Deno.open(path, { createNew: true, write: true, mode: FILE_MODE });
    return {
      async write(bytes) {
        for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray(await file.write(rest));
      },
      async sync() {
        await file.syncData();
        // It would go on as if nothing was wrong, and be gone with this process.
        if ((await file.stat()).nlink === 0) throw new Error("the file was removed");
      },
      close: () => file.close(),
    };
  }

  async remove(segment: Segment): Promise<void> {
    try {
      await Deno.remove(this.#pathOf(segment));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async sync(): Promise<void> {
    using folder = await Deno.open(this.path);
    await folder.sync();
  }

  close(): void {
    this.#lock.close();
  }

  #pathOf({ number, marker }: Segment): string {
    const digits = String(number).padStart(8, "0");
    return join(this.path, `snapshots-v${FORMAT_VERSION}-${digits}-${marker.toHex()}.log`);
  }
}
