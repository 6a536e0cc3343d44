// Figures of several rounds, and how they compare.

import type { Figure } from "./part.ts";
import { median } from "./resident.ts";

/** Of one sample or more. */
export function figure(samples: readonly number[], unit: string): Figure {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples), unit };
}

/**
 * How many times one is the other. The ends are those that the rounds allow: the least of
 * one against the most of the other, and the other way round.
 */
export function ratio(one: Figure, other: Figure): Figure {
  return {
    median: one.median / other.median,
    min: one.min / other.max,
    max: one.max / other.min,
    unit: "×",
  };
}
