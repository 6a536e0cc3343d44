// How late the event loop is: every request waits as long as a timer does.

const INTERVAL_MS = 1_000;

/** Tells `observe` once a second how late its timer fired, in ms. Returns how to stop it. */
export function watchEventLoop(
  now: () => number,
  observe: (delayMs: number) => void,
): () => void {
  let expectedMs = now() + INTERVAL_MS;
  const timer = setInterval(() => {
    const nowMs = now();
    observe(Math.max(0, nowMs - expectedMs));
    expectedMs = nowMs + INTERVAL_MS;
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
