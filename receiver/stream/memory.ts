// Memory that all streams share: for bodies that aren't whole yet, and for bases of deltas.

import type { Room } from "../../protocol/stream/mod.ts";

/** Bases that may go when the memory is needed. */
export interface DropsBases {
  clear(): void;
}

/**
 * Counts bytes. A base is kept only while there is room, since its sender can do without;
 * a body that arrives drives bases out, those of the oldest stream first.
 */
export class StreamMemory {
  readonly #maxBytes: number;
  readonly #bases = new Set<DropsBases>();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes taken just now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Room for bases. */
  readonly forBases: Room = {
    take: (bytes) => this.#take(bytes),
    give: (bytes) => void (this.#usedBytes -= bytes),
  };

  /** Room for bodies. */
  readonly forBodies: Room = {
    take: (bytes) => {
      for (const bases of this.#bases) {
        if (this.#take(bytes)) return true;
        bases.clear();
      }
      return this.#take(bytes);
    },
    give: (bytes) => void (this.#usedBytes -= bytes),
  };

  /** These may be dropped from now on. */
  add(bases: DropsBases): void {
    this.#bases.add(bases);
  }

  delete(bases: DropsBases): void {
    this.#bases.delete(bases);
  }

  #take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }
}
