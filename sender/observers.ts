// Several observers as one.

import type { PassObserver } from "./target_loop.ts";

/** Tells each of them. */
export function observeAll(observers: readonly PassObserver[]): PassObserver {
  return {
    passed: (...told) => observers.forEach((each) => each.passed(...told)),
    skipped: (...told) => observers.forEach((each) => each.skipped(...told)),
    attempted: (...told) => observers.forEach((each) => each.attempted(...told)),
    replaced: (...told) => observers.forEach((each) => each.replaced(...told)),
  };
}
