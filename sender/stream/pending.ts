// What is on its way to the receiver, or there, and waits for the receiver's word.

import type { RefusalInfo } from "../../protocol/stream/mod.ts";
import type { Item, Outgoing } from "./outgoing.ts";

/** What became of something that has a number. */
export type Settled =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly refusal: RefusalInfo }
  /** Nobody will ever say. The reason is empty where it was given up. */
  | { readonly kind: "lost"; readonly reason: string };

/** Something to send that gets a number. */
export interface Content extends Omit<Item, "begin"> {
  begin(): ReturnType<Item["begin"]>;
}

type Settle = (settled: Settled) => void;

/** Of one stream. */
export class Pending {
  readonly #open = new Set<Settle>();
  readonly #numbered = new Map<number, Settle>();
  #brokeOff: string | undefined;

  /** Sends it, and settles with the word on it, or as lost where the signal aborts before. */
  put(
    { sentBytes, begin, sent }: Content,
    outgoing: Outgoing,
    signal: AbortSignal,
  ): Promise<Settled> {
    if (signal.aborted || this.#brokeOff !== undefined) {
      return Promise.resolve({ kind: "lost", reason: this.#brokeOff ?? "" });
    }
    const { promise, resolve } = Promise.withResolvers<Settled>();
    let number: number | undefined;
    let abort = () => {};
    const settle = (settled: Settled) => {
      signal.removeEventListener("abort", giveUp);
      this.#open.delete(settle);
      if (number !== undefined) this.#numbered.delete(number);
      abort();
      resolve(settled);
    };
    const giveUp = () => settle({ kind: "lost", reason: "" });
    signal.addEventListener("abort", giveUp);
    this.#open.add(settle);
    ({ abort } = outgoing.put({
      ...{ sentBytes, sent },
      begin: (own) => {
        this.#numbered.set(number = own, settle);
        return begin();
      },
    }));
    return promise;
  }

  /** So many from this number on were taken. Numbers that nobody waits for are passed over. */
  taken(number: number, count: number): void {
    const end = number + count;
    if (count > this.#numbered.size) {
      const those = [...this.#numbered.keys()].filter((each) => each >= number && each < end);
      for (const each of those) this.#settle(each, { kind: "taken" });
      return;
    }
    for (let each = number; each < end; each++) this.#settle(each, { kind: "taken" });
  }

  refused(number: number, refusal: RefusalInfo): void {
    this.#settle(number, { kind: "refused", refusal });
  }

  /** There will be no more word on anything, and nothing more goes out. */
  close(reason: string): void {
    this.#brokeOff = reason;
    for (const settle of [...this.#open]) settle({ kind: "lost", reason });
  }

  #settle(number: number, settled: Settled): void {
    this.#numbered.get(number)?.(settled);
  }
}
