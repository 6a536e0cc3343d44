// Notices that files have changed, by looking now and then: it works on every file
// system, and across a rename, which is how editors save.

const INTERVAL_MS = 2_000;

/** What is watched, and what for. */
export interface FileWatch {
  /** Asked each time. */
  readonly paths: () => readonly string[];
  /** Called once the files have changed, and stayed as they are for a moment. */
  readonly onChange: () => Promise<void>;
  /** How files were before they were read the first time; all others count as they are. */
  readonly first?: ReadonlyMap<string, FileStamp>;
  readonly intervalMs?: number;
  readonly signal: AbortSignal;
}

/** Which file a path leads to, and since when it is as it is. */
export type FileStamp = string;

/** Watches until the signal aborts. */
export async function watchFiles(watch: FileWatch): Promise<void> {
  const { paths, onChange, first, intervalMs = INTERVAL_MS, signal } = watch;
  let seen = await stampsOf(paths());
  let acted: Stamps = new Map([...seen].map(([path, stamp]) => [path, first?.get(path) ?? stamp]));
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

type Stamps = ReadonlyMap<string, FileStamp>;

async function stampsOf(paths: readonly string[]): Promise<Stamps> {
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await stampOf(path)] as const)),
  );
}

/** How a file is now; to be asked before it is read. */
export async function stampOf(path: string): Promise<FileStamp> {
  try {
    const { ino, size, mtime } = await Deno.stat(path);
    return `${ino} ${size} ${mtime?.getTime()}`;
  } catch (error) {
    return error instanceof Error ? error.name : "error";
  }
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
