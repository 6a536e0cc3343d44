// The axes of drawings: where a value lies, and which values are marked.

import type { Figure } from "./part.ts";

export interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
}

export interface AxisOptions {
  readonly log: boolean;
  readonly from: number;
  readonly to: number;
}

/** Over all figures of one unit. A logarithmic one begins and ends at a power of ten. */
export function axisOf(figures: readonly Figure[], { log, from, to }: AxisOptions): Axis {
  const most = Math.max(...figures.map(({ max }) => max));
  if (!Number.isFinite(most)) throw new Error("Cannot draw a table without figures");
  if (!log) {
    const step = niceStep(most / 5);
    const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
    return { ticks, at: (value) => from + (value / most) * (to - from) };
  }
  const least = Math.min(...figures.map(({ min }) => min).filter((min) => min > 0));
  const ticks = logTicks(least, { most, unit: figures[0]!.unit });
  const low = Math.log10(ticks[0]!);
  const high = Math.log10(ticks.at(-1)!);
  const place = (value: number) => (Math.log10(value) - low) / (high - low);
  return {
    ticks,
    at: (value) => from + Math.max(value <= 0 ? 0 : place(value), 0) * (to - from),
  };
}

/** Powers of ten, from one that isn't above the least to one that isn't below the most. */
function logTicks(
  least: number,
  { most, unit }: { readonly most: number; readonly unit: string },
): number[] {
  const power = (k: number) => {
    if (unit !== "B" || k < 0) return 10 ** k;
    return 1024 ** Math.floor(k / 3) * 10 ** (k % 3);
  };
  let low = Math.floor(Math.log10(least));
  while (power(low) > least) low--;
  const ticks = [power(low)];
  do ticks.push(power(++low)); while (ticks.at(-1)! < most);
  return ticks;
}

/** 1, 2 or 5 with some zeros. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough)!;
}
