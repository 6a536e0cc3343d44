// What only shows when entries are seen together: doubles, and families in pieces.

import type { Metadata, Objection, Sample, Span } from "./entry.ts";
import { show } from "./describe.ts";
import { findDoubleLabel } from "./double_label.ts";
import { familyOf } from "./family.ts";
import { latin1 } from "./number.ts";
import { hashSeries } from "./series_hash.ts";

/** Prometheus keeps nothing that is further ahead. */
const MAX_AHEAD_MS = 10 * 60 * 1000;
/** Without an out-of-order window Prometheus keeps little that is older. */
const MAX_AGE_MS = 60 * 60 * 1000;

/** The entries of one body, one after the other. */
export class SeriesLedger {
  readonly #bytes: Uint8Array;
  readonly #msPerUnit: number;
  readonly #nowMs: number;
  readonly #report: (objection: Objection) => void;
  readonly #types = new Map<string, string>();
  readonly #metadata = new Set<string>();
  readonly #closed = new Set<string>();
  readonly #series = new Set<number>();
  #family = "";
  #lastName: Span = { start: 0, end: 0 };

  constructor(
    bytes: Uint8Array,
    options: {
      /** Milliseconds in one unit of a timestamp. */
      readonly msPerUnit: number;
      /** Since 1970. */
      readonly nowMs: number;
      readonly report: (objection: Objection) => void;
    },
  ) {
    this.#bytes = bytes;
    this.#msPerUnit = options.msPerUnit;
    this.#nowMs = options.nowMs;
    this.#report = options.report;
  }

  metadata({ keyword, name, text }: Metadata): void {
    const family = latin1(this.#bytes, name.start, name.end);
    const line = `${keyword} ${family}`;
    if (this.#metadata.has(line)) this.#note(`${keyword} of ${quote(family)} stands twice`);
    this.#metadata.add(line);
    if (keyword === "TYPE") this.#types.set(family, latin1(this.#bytes, text.start, text.end));
    else if (!this.#types.has(family)) this.#types.set(family, "");
    this.#enter(family);
  }

  sample(sample: Sample): void {
    if (!this.#sameName(sample.name)) {
      this.#lastName = sample.name;
      const metric = latin1(this.#bytes, sample.name.start, sample.name.end);
      this.#enter(familyOf(metric, (family) => this.#types.get(family)));
    }
    const double = findDoubleLabel(this.#bytes, sample.labels);
    if (double !== undefined) {
      this.#report({ refusedBy: "all", message: `The label ${quote(double)} stands twice` });
    }
    const { size } = this.#series;
    if (this.#series.add(hashSeries(this.#bytes, sample)).size === size) {
      this.#note("A series stands twice, of which Prometheus keeps the first sample");
    }
    if (sample.timestamp.end > sample.timestamp.start) this.#checkTimestamp(sample.timestamp);
  }

  #enter(family: string): void {
    if (family === this.#family) return;
    if (this.#closed.has(family)) {
      this.#note(`The lines of ${quote(family)} are not in one piece`);
    }
    this.#closed.add(this.#family);
    this.#family = family;
  }

  #checkTimestamp({ start, end }: Span): void {
    this.#note("Samples carry a time: such a series does not go stale when it is gone");
    const ms = Number(latin1(this.#bytes, start, end)) * this.#msPerUnit;
    if (ms > this.#nowMs + MAX_AHEAD_MS) {
      this.#note("A sample's time is more than 10 minutes ahead: Prometheus drops it");
    } else if (ms < this.#nowMs - MAX_AGE_MS) {
      this.#note("A sample's time is more than an hour old: Prometheus may drop it");
    }
  }

  #sameName({ start, end }: Span): boolean {
    const last = this.#lastName;
    if (end - start !== last.end - last.start) return false;
    for (let i = 0; i < end - start; i++) {
      if (this.#bytes[start + i] !== this.#bytes[last.start + i]) return false;
    }
    return true;
  }

  #note(message: string): void {
    this.#report({ refusedBy: "none", message });
  }
}

function quote(name: string): string {
  return show(Uint8Array.from(name, (character) => character.charCodeAt(0)));
}
