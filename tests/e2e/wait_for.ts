// Waiting for something to become true, without ever waiting for a time.

const PAUSE_MS = 25;

export interface WaitOptions {
  readonly timeoutMs: number;
  /** What is waited for, for the message of a failure. */
  readonly what: string;
}

/**
 * Calls `condition` again and again until it returns instead of throwing, and
 * returns what it returned. When time is up, fails with what it threw last.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs, what }: WaitOptions,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await condition();
    } catch (error) {
      if (performance.now() >= endMs) {
        const seen = error instanceof Error ? error.message : String(error);
        throw new Error(
          `Waited ${timeoutMs} ms for ${what}; last seen: ${seen}`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
