// Where the state lies: a folder of segments, as far as this room needs one.

/** One file of records. */
export interface Segment {
  /** Each new one has a higher number: of two records of a target its own counts. */
  readonly number: number;
  /**
   * Random, and in the segment's name: no sender can put into a body what would be
   * taken for a record, and no damage inside of the file can lose it.
   */
  readonly marker: Uint8Array;
}

/** A segment of an earlier process. */
export interface FoundSegment extends Segment {
  readonly bytes: number;
}

/** A segment to be read. */
export interface SegmentReader {
  readonly bytes: number;
  /** Fills `into` from an offset, and returns how many bytes it got; 0 at the end. May throw. */
  readAt(offset: number, into: Uint8Array): number;
}

/** A new segment. All of it may fail, as where the disk is full. */
export interface SegmentWriter {
  /** Writes all of the bytes; they are free again when it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all that was written would survive a power cut. */
  sync(): Promise<void>;
  close(): void;
}

/** The folder, held by this process alone until it is closed. */
export interface StateDisk {
  /** For messages. */
  readonly path: string;
  /** What was there when it was opened, the oldest first. */
  readonly found: readonly FoundSegment[];
  /** Reads a segment that was found, as long as `read` runs. */
  reading<T>(segment: Segment, read: (reader: SegmentReader) => T): T;
  create(segment: Segment): Promise<SegmentWriter>;
  /** Removes a segment; one that is gone already is no failure. */
  remove(segment: Segment): Promise<void>;
  /** Resolves when what was created and removed would survive a power cut. */
  sync(): Promise<void>;
  close(): void;
}
