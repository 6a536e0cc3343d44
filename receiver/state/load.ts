// Fills a store with what an earlier process kept.

import type { SourceFailure } from "../../protocol/mod.ts";
import type { StoredPush } from "../push.ts";
import type { Restored } from "../store.ts";
import type { FoundSegment, SegmentReader, StateDisk } from "./disk.ts";
import { headerKey, type PushHeader, storedPush } from "./record.ts";
import { type Damage, type FoundRecord, readWhole, scanSegment } from "./scan.ts";

/** The store, as far as loading needs it. */
export interface RestoringStore {
  restore(stored: StoredPush): Restored;
}

/** What was there. */
export interface Loaded {
  /** Targets that are known again. */
  readonly targets: number;
  /** Targets that were not taken: silent for too long. */
  readonly dropped: number;
  /** Targets that there was no room for, by what would have to be raised. */
  readonly crowdedOut: { readonly too_many: number; readonly too_large: number };
  /** Stretches of damage, each a record or more. */
  readonly damaged: number;
  /** Whether the last record was never written to its end: as after a crash. */
  readonly cut: boolean;
  /** Segments that hold nothing of use. */
  readonly useless: readonly FoundSegment[];
}

/** Two clocks at one moment. */
export interface Clocks {
  /** The store's own, monotonic. */
  readonly nowMs: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

interface Newest {
  readonly segment: FoundSegment;
  readonly record: FoundRecord;
}

/** Stands where the body of a silent target was. */
const EXPIRED: SourceFailure = { cause: "sender_silent", detail: "" };

/**
 * Reads all segments and checks every record, then the bodies of those that count: of
 * each target the last one. Bodies that may not be served any more stay where they are.
 */
export function loadState(disk: StateDisk, store: RestoringStore, clocks: Clocks): Loaded {
  const damage: Damage = { damaged: 0, cut: false };
  const newest = new Map<string, Newest>();
  for (const segment of disk.found) {
    disk.reading(segment, (reader) => {
      for (const record of scanSegment(reader, segment.marker, damage)) {
        newest.set(headerKey(record.header), { segment, record });
      }
    });
  }

  const count: Record<Restored, number> = { restored: 0, forgotten: 0, too_many: 0, too_large: 0 };
  for (const segment of disk.found) {
    disk.reading(segment, (reader) => {
      for (const each of newest.values()) {
        if (each.segment !== segment) continue;
        const stored = readPush(reader, each.record, clocks);
        if (stored !== undefined) count[store.restore(stored)]++;
      }
    });
  }
  const used = new Set([...newest.values()].map(({ segment }) => segment));
  const { restored: targets, forgotten: dropped, ...crowdedOut } = count;
  const useless = disk.found.filter((one) => !used.has(one));
  return { targets, dropped, crowdedOut, ...damage, useless };
}

/** The push of a record; `undefined` where it tells that a target is gone. */
function readPush(
  reader: SegmentReader,
  { header, bodyAt, bodyBytes }: FoundRecord,
  { nowMs, wallMs }: Clocks,
): StoredPush | undefined {
  if ("gone" in header) return undefined;
  const age = ageMs(header, wallMs);
  const expired = age > header.ttlMs && bodyBytes > 0;
  const body = new Uint8Array(expired ? 0 : bodyBytes);
  readWhole(reader, bodyAt, body);
  const content = expired ? EXPIRED : header.content;
  return storedPush({ ...header, content }, { body, receivedAtMs: nowMs - age });
}

/**
 * How old a push is by the clock on the wall, which alone goes on between two processes.
 * One from the future means that this clock was set back, so that nobody knows: it is
 * silent then, rather than fresh for too long.
 */
function ageMs({ receivedAtMs, ttlMs }: PushHeader, wallMs: number): number {
  return receivedAtMs > wallMs ? ttlMs + 1 : wallMs - receivedAtMs;
}
