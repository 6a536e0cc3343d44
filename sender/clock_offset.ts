// How far apart the clocks of sender and receiver are.

/**
 * How far the receiver's clock is ahead of this one, to half a second: `Date` knows whole
 * seconds only, and was written somewhere between request and answer. `undefined` where
 * there is no date.
 */
export function readClockOffset(
  date: string | null | undefined,
  sentAtMs: number,
): number | undefined {
  const dateMs = Date.parse(date ?? "");
  return Number.isNaN(dateMs) ? undefined : dateMs + 500 - (sentAtMs + Date.now()) / 2;
}
