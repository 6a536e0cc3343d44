// What was found in a body: each sort once, with the first line it was seen in.

import type { Objection, RefusedBy } from "./entry.ts";

/** An objection, and where. */
export interface Finding extends Objection {
  /** The first line, counted from 1; `undefined` where it is about the whole answer. */
  readonly line: number | undefined;
  /** On how many lines. */
  readonly times: number;
}

/** More sorts than this are only counted. */
const MAX_LISTED = 20;
const SEVERITY: readonly RefusedBy[] = ["all", "from 3.0", "before 3.0", "none"];

/** Gathers findings of one body. */
export class Findings {
  readonly #bytes: Uint8Array;
  readonly #found = new Map<string, { -readonly [Key in keyof Finding]: Finding[Key] }>();
  readonly refusedBy = new Set<RefusedBy>();
  #counted = 0;
  #lines = 1;
  /** Objections that are not in the list. */
  omitted = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Adds an objection to what starts at an offset, none of which may be before the last one's. */
  add({ refusedBy, message }: Objection, at?: number): void {
    this.refusedBy.add(refusedBy);
    const before = this.#found.get(message);
    if (before !== undefined) before.times++;
    else if (this.#found.size === MAX_LISTED) this.omitted++;
    else {
      const line = at === undefined ? undefined : this.#lineAt(at);
      this.#found.set(message, { refusedBy, message, line, times: 1 });
    }
  }

  /** What was found, in the order of the body; what is refused first where that is asked. */
  list(): Finding[] {
    return [...this.#found.values()].sort((a, b) =>
      SEVERITY.indexOf(a.refusedBy) - SEVERITY.indexOf(b.refusedBy)
    );
  }

  #lineAt(at: number): number {
    for (;;) {
      const end = this.#bytes.indexOf(0x0a, this.#counted);
      if (end < 0 || end >= at) return this.#lines;
      this.#counted = end + 1;
      this.#lines++;
    }
  }
}
