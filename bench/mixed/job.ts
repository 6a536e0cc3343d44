// What the load is told, and what it tells: lines of JSON on standard output.

import type { Scrapes } from "../node_bodies.ts";

export interface MixedJob {
  readonly pushAddress: string;
  readonly scrapeAddress: string;
  readonly token: string;
  readonly targets: number;
  /** No faster than this, and slower where the machine doesn't carry it. */
  readonly intervalMs: number;
  readonly scrapers: number;
  /** Intervals that pass between two scrapes of a target by one scraper. */
  readonly intervalsPerScrape: number;
  readonly pushConnections: number;
  readonly scrapeConnections: number;
  readonly calibrateMs: number;
  readonly windowMs: number;
  readonly windows: number;
  readonly scrapes: Scrapes;
}

/** Each kind is told when it has come to pass. */
export type MixedLine =
  | { readonly kind: "ready"; readonly bodyBytes: number }
  | { readonly kind: "paced"; readonly intervalMs: number; readonly pushesPerSecond: number }
  | ({ readonly kind: "window" } & MixedWindow)
  | { readonly kind: "ended"; readonly lost: number };

/** Times are counted from when something was due, not from when its turn came. */
export interface MixedWindow {
  readonly pushes: number;
  readonly scrapes: number;
  /** Pushes that were answered with something else than 204. */
  readonly refused: number;
  /** Scrapes that showed an older push than one answered before, or none. */
  readonly lost: number;
  /** Scrapes that showed something older than one and a half intervals. */
  readonly late: number;
  readonly pushP50Ms: number;
  readonly pushP99Ms: number;
  readonly scrapeP50Ms: number;
  readonly scrapeP99Ms: number;
  /** By which the load itself was late to begin what was due. */
  readonly startP99Ms: number;
}
