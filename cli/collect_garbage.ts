// Memory that the runtime keeps for requests long done is given back when V8 collects
// garbage. A sender makes so little of it that V8 would let it pile up for hours.

const INTERVAL_MS = 30_000;

/** V8's own function, there where the runtime was started with `--expose-gc`. */
type Collect = () => void;

/** Has V8 collect garbage twice a minute, if it can be told to. */
export function collectGarbage(
  collect: Collect | undefined = (globalThis as { gc?: Collect }).gc,
): Disposable {
  const timer = collect && setInterval(() => collect(), INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
