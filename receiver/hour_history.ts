// The last hour of each target, by the minute: how old its data became, and how large.

/** Minutes of history. */
export const HISTORY_MINUTES = 60;

/** The last hour, the oldest minute first. `null` where nothing is known. */
export interface TargetHistory {
  /** The greatest age that the data reached in that minute. */
  readonly agesMs: readonly (number | null)[];
  /**
   * The largest snapshot that came in that minute, as sent; 0 where none came, `null` where
   * none came yet.
   */
  readonly sentBytes: readonly (number | null)[];
}

/** A push after the one before; the first one comes after itself. */
export interface NotedPush {
  readonly previousMs: number;
  readonly nowMs: number;
  /** Size of the snapshot as sent; 0 for a report that there is none. */
  readonly sentBytes: number;
}

const MINUTE_MS = 60_000;
const SLOT_LENGTH = 2 * HISTORY_MINUTES;
/** An array for each target would cost four times what it holds. */
const SLOTS_PER_BLOCK = 64;
const MAX_FLOAT16 = 65_504;

/**
 * Keeps 240 bytes for each target, in slots that are taken and released: a ring of one
 * greatest age and one largest size a minute, to three digits. Times are milliseconds of
 * one monotonic clock, and may be negative.
 */
export class HourHistory {
  readonly #blocks: Float16Array[] = [];
  readonly #free: number[] = [];

  /** Gives a slot that knows nothing. */
  take(): number {
    if (this.#free.length === 0) this.#grow();
    const slot = this.#free.pop()!;
    this.#ring(slot).fill(NaN);
    return slot;
  }

  /** Takes a slot back. */
  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Takes a push down; the minutes since the one before brought none. */
  note(slot: number, { previousMs, nowMs, sentBytes }: NotedPush): void {
    const ring = this.#ring(slot);
    const last = minuteOf(previousMs);
    const current = minuteOf(nowMs);
    for (let minute = Math.max(last, current - HISTORY_MINUTES + 1); minute < current; minute++) {
      if (minute > last) clear(ring, minute);
      raise(ring, minute, { ageMs: endOf(minute) - previousMs, sentBytes: 0 });
    }
    if (current > last) clear(ring, current);
    raise(ring, current, { ageMs: nowMs - previousMs, sentBytes });
  }

  /** The hour up to `nowMs` of a target whose last push came at `lastMs`. */
  read(slot: number, lastMs: number, nowMs: number): TargetHistory {
    const ring = this.#ring(slot);
    const last = minuteOf(lastMs);
    const current = minuteOf(nowMs);
    const agesMs: (number | null)[] = [];
    const sentBytes: (number | null)[] = [];
    for (let minute = current - HISTORY_MINUTES + 1; minute <= current; minute++) {
      const at = place(minute);
      const since = Math.min(endOf(minute), nowMs) - lastMs;
      const ageMs = minute > last ? since : Math.max(ring[at]! * 1000, minute === last ? since : 0);
      const nothing = minute === current ? NaN : 0;
      const size = minute > last ? nothing : ring[at + 1]! * 1024;
      agesMs.push(Number.isNaN(ageMs) ? null : ageMs);
      sentBytes.push(Number.isNaN(size) ? null : Math.round(size));
    }
    return { agesMs, sentBytes };
  }

  #ring(slot: number): Float16Array {
    const from = (slot % SLOTS_PER_BLOCK) * SLOT_LENGTH;
    return this.#blocks[Math.floor(slot / SLOTS_PER_BLOCK)]!.subarray(from, from + SLOT_LENGTH);
  }

  #grow(): void {
    const first = this.#blocks.length * SLOTS_PER_BLOCK;
    this.#blocks.push(new Float16Array(SLOTS_PER_BLOCK * SLOT_LENGTH));
    for (let slot = first + SLOTS_PER_BLOCK - 1; slot >= first; slot--) this.#free.push(slot);
  }
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS);
}

function endOf(minute: number): number {
  return (minute + 1) * MINUTE_MS;
}

function place(minute: number): number {
  return 2 * (((minute % HISTORY_MINUTES) + HISTORY_MINUTES) % HISTORY_MINUTES);
}

function clear(ring: Float16Array, minute: number): void {
  ring.fill(NaN, place(minute), place(minute) + 2);
}

/** In seconds and KiB, which is what 16 bits reach far enough for. */
function raise(
  ring: Float16Array,
  minute: number,
  { ageMs, sentBytes }: { readonly ageMs: number; readonly sentBytes: number },
): void {
  const at = place(minute);
  ring[at] = larger(ring[at]!, ageMs / 1000);
  ring[at + 1] = larger(ring[at + 1]!, sentBytes / 1024);
}

function larger(known: number, value: number): number {
  return Math.min(MAX_FLOAT16, Number.isNaN(known) ? value : Math.max(known, value));
}
