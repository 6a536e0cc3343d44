// What the runtime is told so that a process stays small at rest. docs/footprint.md has
// what each of these saves and what it costs.

export interface Tuning {
  readonly v8: readonly string[];
  /**
   * Whether compiled code is kept on disk for the next start, which is then some 50 ms
   * shorter: the file stays mapped, and functions are loaded that nobody calls.
   */
  readonly codeCache: boolean;
}

export interface Tunings {
  /** By the first argument, such as `sender`. */
  readonly byCommand: Readonly<Record<string, Tuning>>;
  /** For any other command, and where a build can't tell commands apart. */
  readonly otherwise: Tuning;
}

/** Functions that run less often than so are not compiled. */
function compiledAfter(runs: number): string[] {
  return [
    "--max-semi-space-size=1",
    "--single-threaded-gc",
    "--no-concurrent-recompilation",
    "--optimize-for-size",
    "--no-sparkplug",
    `--invocation-count-for-maglev=${runs}`,
    `--invocation-count-for-maglev-osr=${runs}`,
    `--invocation-count-for-turbofan=${runs}`,
    `--invocation-count-for-osr=${runs}`,
  ];
}

/** At rest that takes hours, in a flood seconds. */
const V8 = compiledAfter(50_000);

export const TUNINGS: Tunings = {
  byCommand: {
    receiver: { v8: V8, codeCache: false },
    // What makes a stream's deltas is compiled after some fifty of them, and at rest nothing
    // else. It tells V8 when to collect garbage (cli/collect_garbage.ts).
    sender: { v8: [...compiledAfter(500_000), "--expose-gc"], codeCache: false },
  },
  otherwise: { v8: V8, codeCache: true },
};

/** Flags for `deno run`; none of them holds a space. */
export function tuningFlags({ v8, codeCache }: Tuning): string[] {
  return [
    ...(codeCache ? [] : ["--no-code-cache"]),
    ...(v8.length === 0 ? [] : [`--v8-flags=${v8.join(",")}`]),
  ];
}
