// What was sent, and waits for the receiver's word.

import type { RefusalInfo } from "../../protocol/stream/mod.ts";

/** What became of something that has a number. */
export type Settled =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly refusal: RefusalInfo }
  /** Nobody will ever say. */
  | { readonly kind: "lost"; readonly reason: string };

/** By number. */
export class Pending {
  readonly #waiting = new Map<number, (settled: Settled) => void>();

  add(number: number, settle: (settled: Settled) => void): void {
    this.#waiting.set(number, settle);
  }

  remove(number: number): void {
    this.#waiting.delete(number);
  }

  /** So many from this number on were taken. Numbers that nobody waits for are passed over. */
  taken(number: number, count: number): void {
    if (count > this.#waiting.size) {
      const those = [...this.#waiting.keys()].filter((each) =>
        each >= number && each < number + count
      );
      for (const each of those) this.#settle(each, { kind: "taken" });
      return;
    }
    for (let each = number; each < number + count; each++) this.#settle(each, { kind: "taken" });
  }

  refused(number: number, refusal: RefusalInfo): void {
    this.#settle(number, { kind: "refused", refusal });
  }

  /** There will be no more word on anything. */
  close(reason: string): void {
    for (const number of [...this.#waiting.keys()]) this.#settle(number, { kind: "lost", reason });
  }

  #settle(number: number, settled: Settled): void {
    const settle = this.#waiting.get(number);
    this.#waiting.delete(number);
    settle?.(settled);
  }
}
