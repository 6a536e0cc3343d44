// Time that has gone by, for figures.

/** Starts to count; each call tells the seconds since. */
export function stopwatch(): () => number {
  const startMs = performance.now();
  return () => (performance.now() - startMs) / 1000;
}
