// Who waits for a link's stream, or for what is to be done without one.

import type { DeliveryFailed } from "../delivery.ts";
import type { Connection } from "./connection.ts";

/** How to get something to the receiver just now. */
export type Way =
  | { readonly kind: "stream"; readonly connection: Connection }
  | { readonly kind: "put" }
  | { readonly kind: "failed"; readonly failure: DeliveryFailed };

/** Of one link. */
export class Waiters {
  /** They want to know of a way, whichever it is. */
  readonly #forWay = new Set<(way: Way) => void>();
  /** They are told when a stream opens. */
  readonly #forStream = new Set<(way: Way) => void>();

  /** What comes of the next attempt; `none` where the signal aborts before. */
  way(signal: AbortSignal, none: () => Way): Promise<Way> {
    return waitIn(this.#forWay, signal, none);
  }

  /** Resolves when the next stream opens, or the signal aborts. */
  async stream(signal: AbortSignal): Promise<void> {
    await waitIn(this.#forStream, signal, () => undefined);
  }

  /** There is a way, or it is known that there is none. */
  settle(way: Way): void {
    for (const settle of [...this.#forWay]) settle(way);
    if (way.kind === "stream") { for (const settle of [...this.#forStream]) settle(way); }
  }
}

function waitIn<None>(
  all: Set<(way: Way) => void>,
  signal: AbortSignal,
  none: () => None,
): Promise<Way | None> {
  const { promise, resolve } = Promise.withResolvers<Way | None>();
  const settle = (what: Way | None) => {
    signal.removeEventListener("abort", giveUp);
    all.delete(settle);
    resolve(what);
  };
  const giveUp = () => settle(none());
  all.add(settle);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  return promise;
}
