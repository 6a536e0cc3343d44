// Timers that fire when the test says so: no test waits for a time.

interface Timer {
  readonly callback: () => void;
  readonly everyMs: number | undefined;
  dueMs: number;
}

/** Stands in for the global timers while it is in use. */
export class FakeTimers implements Disposable {
  readonly #timers = new Map<number, Timer>();
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval };
  #nowMs = 0;
  #lastId = 0;

  constructor() {
    const start = (callback: () => void, ms = 0, everyMs?: number) => {
      this.#timers.set(++this.#lastId, { callback, everyMs, dueMs: this.#nowMs + ms });
      return this.#lastId;
    };
    const clear = (id?: number) => void this.#timers.delete(id ?? 0);
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, ms?: number) => start(callback, ms),
      setInterval: (callback: () => void, ms: number) => start(callback, ms, ms),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  /** How many timers are running. */
  get running(): number {
    return this.#timers.size;
  }

  /** Lets so much time pass, and fires what is due in it, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.dueMs - b.dueMs);
      if (next === undefined || next[1].dueMs > untilMs) break;
      const [id, timer] = next;
      this.#nowMs = timer.dueMs;
      if (timer.everyMs === undefined) this.#timers.delete(id);
      else timer.dueMs += timer.everyMs;
      timer.callback();
    }
    this.#nowMs = untilMs;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}
