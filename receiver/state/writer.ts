// Keeps a folder of segments in step with a store: writes what changed behind its
// back, and begins a new segment before the last one is mostly out of date.

import type { StoredPush } from "../push.ts";
import { Appender } from "./append.ts";
import type { FoundSegment, StateDisk } from "./disk.ts";
import { errorText } from "./error_text.ts";
import { goneRecord, MARKER_BYTES, pushRecord } from "./record.ts";

/** The store, as far as writing needs it. */
export interface KeptStore {
  stored(key: string): StoredPush | undefined;
  keys(): Iterable<string>;
  readonly size: number;
  readonly bodyBytes: number;
}

/** What a writer works with. */
export interface WriterOptions {
  readonly disk: StateDisk;
  readonly store: KeptStore;
  /** The store's clock, monotonic. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Segments of the disk that hold nothing of use. */
  readonly useless: readonly FoundSegment[];
}

/** How a pass went. */
export type Flushed = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** A segment is left for a new one at twice what is in the store, and so much. */
const SPARE_BYTES = 8 << 20;
/** About what a record has around its body. */
const RECORD_BYTES = 512;
/**
 * A new segment takes over from the older ones in so many passes. Meanwhile most targets
 * are pushed again, which is written anyway.
 */
const TAKEOVER_PASSES = 8;

/**
 * Writes what changed, one pass at a time. After a failure nobody knows what is on the
 * disk: the next pass writes everything anew, into a segment of its own.
 */
export class StateWriter {
  readonly #options: WriterOptions;
  #changed = new Set<string>();
  /** Targets whose newest record may stand in an older segment alone. */
  #toCopy = new Set<string>();
  #copiesAPass = 0;
  #older: FoundSegment[];
  #toRemove: FoundSegment[];
  #active: Appender | undefined;
  #nextNumber: number;
  #failing = false;

  constructor(options: WriterOptions) {
    const { disk, useless } = options;
    this.#options = options;
    this.#older = disk.found.filter((each) => !useless.includes(each));
    this.#toRemove = [...useless];
    this.#nextNumber = (disk.found.at(-1)?.number ?? 0) + 1;
  }

  /** Size of all segments. */
  get bytes(): number {
    const others = [...this.#older, ...this.#toRemove];
    return others.reduce((sum, { bytes }) => sum + bytes, this.#active?.bytes ?? 0);
  }

  /** Notes that a target's last push is another one, or gone. */
  changed(key: string): void {
    // After a failure everything is written anew: there is nothing to note until then.
    if (!this.#failing || this.#active !== undefined) this.#changed.add(key);
  }

  /** One pass. What changes while it runs is left to the next. */
  async flush(): Promise<Flushed> {
    try {
      await this.#write();
      this.#failing = false;
    } catch (error) {
      await this.#giveUpSegment();
      return { ok: false, reason: errorText(error) };
    }
    try {
      await this.#removeOlder();
    } catch (error) {
      return { ok: false, reason: errorText(error) };
    }
    return { ok: true };
  }

  /** Ends the writing. */
  close(): void {
    this.#active?.close();
    this.#active = undefined;
  }

  async #write(): Promise<void> {
    const isInStep = this.#changed.size === 0 && this.#older.length === 0 && !this.#failing;
    if (isInStep) return;
    const active = this.#active ?? await this.#begin();
    const changed = this.#changed;
    this.#changed = new Set();
    for (const key of changed) await this.#append(active, key);
    let copied = 0;
    for (const key of this.#toCopy) {
      if (copied++ === this.#copiesAPass) break;
      await this.#append(active, key);
    }
    await active.sync();
    if (this.#toCopy.size > 0) return;
    this.#toRemove.push(...this.#older.splice(0));
    const { bodyBytes, size } = this.#options.store;
    if (active.bytes > 2 * (bodyBytes + size * RECORD_BYTES) + SPARE_BYTES) this.#leave(active);
  }

  async #begin(): Promise<Appender> {
    const { disk, store } = this.#options;
    const marker = crypto.getRandomValues(new Uint8Array(MARKER_BYTES));
    const segment = { number: this.#nextNumber++, marker };
    this.#active = new Appender(segment, await disk.create(segment));
    // What is written to a file that a power cut takes out of its folder is lost.
    await disk.sync();
    this.#toCopy = new Set(this.#older.length > 0 || this.#failing ? store.keys() : []);
    const passes = this.#failing ? 1 : TAKEOVER_PASSES;
    this.#copiesAPass = Math.ceil(this.#toCopy.size / passes);
    return this.#active;
  }

  async #append(active: Appender, key: string): Promise<void> {
    const { store, now, clock } = this.#options;
    const { marker } = active.segment;
    this.#toCopy.delete(key);
    const stored = store.stored(key);
    if (stored === undefined) return await active.append(goneRecord(key, marker));
    const receivedAtMs = clock() - (now() - stored.receivedAtMs);
    await active.append(pushRecord(stored, { marker, receivedAtMs }));
  }

  /** What is to be removed is found in a newer segment, and that is on the disk for good. */
  async #removeOlder(): Promise<void> {
    if (this.#toRemove.length === 0) return;
    const { disk } = this.#options;
    for (let oldest; (oldest = this.#toRemove[0]) !== undefined; this.#toRemove.shift()) {
      await disk.remove(oldest);
    }
    await disk.sync();
  }

  #leave(active: Appender): void {
    active.close();
    this.#active = undefined;
    this.#older.push({ ...active.segment, bytes: active.bytes });
  }

  /** Its intact records still count, but for those of an attempt to write everything anew. */
  async #giveUpSegment(): Promise<void> {
    const active = this.#active;
    this.#changed.clear();
    if (active !== undefined) {
      this.#leave(active);
      if (this.#failing) {
        await this.#options.disk.remove(active.segment).then(() => this.#older.pop(), () => {});
      }
    }
    this.#failing = true;
  }
}
