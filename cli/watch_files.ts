// Notices that files have changed, by looking now and then: it works on every file
// system, and across a rename, which is how editors save.

const INTERVAL_MS = 2_000;

/** What is watched, and what for. */
export interface FileWatch {
  /** Asked each time. */
  readonly paths: () => readonly string[];
  /** Called once the files have changed, and stayed as they are for a moment. */
  readonly onChange: () => Promise<void>;
  readonly intervalMs?: number;
  readonly signal: AbortSignal;
}

/** Watches until the signal aborts. */
export async function watchFiles(watch: FileWatch): Promise<void> {
  const { paths, onChange, intervalMs = INTERVAL_MS, signal } = watch;
  let acted = await stampOf(paths());
  let seen = acted;
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    const before = seen;
    seen = await stampOf(paths());
    if (signal.aborted || seen === acted || seen !== before) continue;
    const watched = String(paths());
    acted = seen;
    await onChange();
    if (String(paths()) !== watched) acted = seen = await stampOf(paths());
  }
}

/** Which files these are, and since when they are as they are. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(paths.map(async (path) => {
    try {
      const { ino, size, mtime } = await Deno.stat(path);
      return [path, ino, size, mtime?.getTime()];
    } catch (error) {
      return [path, error instanceof Error ? error.name : "error"];
    }
  }));
  return JSON.stringify(stamps);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const end = () => {
    clearTimeout(timer);
    resolve();
  };
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", end));
}
