// Memory that all streams share: for bodies that aren't whole yet, for what is said of channels,
// and for bases of deltas.

import type { Room } from "../../protocol/stream/mod.ts";

/** Bases that may go when the memory is needed. */
export interface DropsBases {
  clear(): void;
}

/** Of all there is, for one token. */
const TOKEN_SHARE = 0.75;

/**
 * Counts bytes. A base is kept only while there is room, since its sender can do without; what is
 * needed drives bases out, those of the oldest stream first. One token leaves some to others.
 */
export class StreamMemory {
  readonly #maxBytes: number;
  /** With the token of each. */
  readonly #bases = new Map<DropsBases, string>();
  readonly #heldByToken = new Map<string, number>();
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes taken just now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Room of a token for what it can do without. */
  spare(token: string): Room {
    return { take: (bytes) => this.#take(token, bytes), give: (bytes) => this.#give(token, bytes) };
  }

  /** Room of a token for what it needs. */
  needed(token: string): Room {
    return {
      take: (bytes) => this.#takeWithForce(token, bytes),
      give: (bytes) => this.#give(token, bytes),
    };
  }

  /** These, of a token, may be dropped from now on. */
  add(bases: DropsBases, token: string): void {
    this.#bases.set(bases, token);
  }

  delete(bases: DropsBases): void {
    this.#bases.delete(bases);
  }

  #takeWithForce(token: string, bytes: number): boolean {
    for (const [bases, owner] of this.#bases) {
      if (this.#take(token, bytes)) return true;
      // The bases of others are none of its own share.
      if (owner === token || !this.#isOverShare(token, bytes)) bases.clear();
    }
    return this.#take(token, bytes);
  }

  #take(token: string, bytes: number): boolean {
    if (this.#usedBytes + bytes > this.#maxBytes || this.#isOverShare(token, bytes)) return false;
    this.#usedBytes += bytes;
    this.#heldByToken.set(token, this.#held(token) + bytes);
    return true;
  }

  #give(token: string, bytes: number): void {
    this.#usedBytes -= bytes;
    const held = this.#held(token) - bytes;
    if (held > 0) this.#heldByToken.set(token, held);
    else this.#heldByToken.delete(token);
  }

  #isOverShare(token: string, bytes: number): boolean {
    return this.#held(token) + bytes > this.#maxBytes * TOKEN_SHARE;
  }

  #held(token: string): number {
    return this.#heldByToken.get(token) ?? 0;
  }
}
