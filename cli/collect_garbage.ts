// Asks V8 to collect garbage. On its own it lets 64 MiB and more of buffers pile up that
// lie outside its heap, each time anew: half of what a flood of large bodies takes. What
// the runtime keeps for requests long done is given back then, too.

const INTERVAL_MS = 30_000;

/** V8's own function, there where the runtime was started with `--expose-gc`. */
type Collect = () => void;

/** Twice a minute, if V8 can be told to: a sender makes too little garbage for V8 to mind. */
export function collectRegularly(
  collect: Collect | undefined = (globalThis as { gc?: Collect }).gc,
): Disposable {
  const timer = collect && setInterval(() => collect(), INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

let collector: Promise<Collect> | undefined;

/** Collects garbage once, in some 20 ms. */
export async function collectGarbage(): Promise<void> {
  collector ??= loadCollector();
  (await collector)();
}

/** The function stays hidden unless a flag is set before a context is made. */
async function loadCollector(): Promise<Collect> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import("node:v8"),
    import("node:vm"),
  ]);
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
