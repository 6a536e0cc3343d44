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
  let acted = await stampsOf(paths());
  let seen = acted;
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    const before = seen;
    seen = await stampsOf(paths());
    if (signal.aborted || isSame(seen, acted) || !isSame(seen, before)) continue;
    const read = seen;
    await onChange();
    // What was written while others were read is a change that is still to come.
    seen = await stampsOf(paths());
    acted = new Map([...seen].map(([path, stamp]) => [path, read.get(path) ?? stamp]));
  }
}

type Stamps = ReadonlyMap<string, string>;

/** Which files these are, and since when they are as they are. */
async function stampsOf(paths: readonly string[]): Promise<Stamps> {
  return new Map(
    await Promise.all(paths.map(async (path): Promise<[string, string]> => {
      try {
        const { ino, size, mtime } = await Deno.stat(path);
        return [path, `${ino} ${size} ${mtime?.getTime()}`];
      } catch (error) {
        return [path, error instanceof Error ? error.name : "error"];
      }
    })),
  );
}

function isSame(some: Stamps, others: Stamps): boolean {
  return some.size === others.size &&
    some.entries().every(([path, stamp]) => others.get(path) === stamp);
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
