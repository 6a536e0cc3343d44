// Memory that all streams share: for bodies that aren't whole yet, and for bases of deltas.

import type { Room } from "../../protocol/stream/mod.ts";

/** Bases that may go when the memory is needed. */
export interface DropsBases {
  clear(): void;
}

/** Of all there is, for the bodies of one token. */
const TOKEN_SHARE = 0.75;

/**
 * Counts bytes. A base is kept only while there is room, since its sender can do without;
 * a body that arrives drives bases out, those of the oldest stream first.
 */
export class StreamMemory {
  readonly #maxBytes: number;
  readonly #bases = new Set<DropsBases>();
  readonly #heldByToken = new Map<string, number>();
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

  /** Room for the bodies of one token, which leaves some of it to others. */
  forBodies(token: string): Room {
    return {
      take: (bytes) => {
        const held = this.#heldByToken.get(token) ?? 0;
        if (held + bytes > this.#maxBytes * TOKEN_SHARE || !this.#takeWithForce(bytes)) {
          return false;
        }
        this.#heldByToken.set(token, held + bytes);
        return true;
      },
      give: (bytes) => {
        this.#usedBytes -= bytes;
        const held = (this.#heldByToken.get(token) ?? 0) - bytes;
        if (held > 0) this.#heldByToken.set(token, held);
        else this.#heldByToken.delete(token);
      },
    };
  }

  /** These may be dropped from now on. */
  add(bases: DropsBases): void {
    this.#bases.add(bases);
  }

  delete(bases: DropsBases): void {
    this.#bases.delete(bases);
  }

  #takeWithForce(bytes: number): boolean {
    for (const bases of this.#bases) {
      if (this.#take(bytes)) return true;
      bases.clear();
    }
    return this.#take(bytes);
  }

  #take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }
}
