// Ways from one sender to receivers, each with a target that is pushed and one on demand, all of
// them watched.

import { assert, assertEquals } from "@std/assert";
import type { Receiver } from "../e2e/prompipe.ts";
import { Sender } from "../e2e/prompipe.ts";
import { CheckedSource } from "../fakes/checked_source.ts";
import { IS_LONG, type Seen } from "./scenario.ts";
import { type Mode, pathOf, Watch } from "./stream_watch.ts";

/** How long after the end of a fault all must be fresh; a machine of CI may be busy. */
export const FRESH_MS = IS_LONG ? 15_000 : 30_000;
const START_MS = 60_000;

/** What pairs are told. The long form takes what is preset. */
export const INTERVAL_MS = IS_LONG ? 4_000 : 1_000;
export const TIMEOUT_MS = IS_LONG ? 10_000 : 3_000;
export const TTL_MS = 3 * INTERVAL_MS + TIMEOUT_MS;

/** One way. */
export interface Way {
  /** Its targets are `NAME-push` and `NAME-on_demand`. */
  readonly name: string;
  readonly receiver: Pick<Receiver, "token" | "scrapePort">;
  /** Where the sender finds it; of a port that no other way has. */
  readonly base: string;
  /** Both, unless it says. */
  readonly modes?: readonly Mode[];
  readonly caFile?: string;
}

/** What a fault came to. */
export interface Outcome {
  readonly name: string;
  /** From the end of the fault to an answer that the source gave after it; none: no break. */
  readonly freshMs: Partial<Record<Mode, number>>;
}

const BOTH: readonly Mode[] = ["push", "on_demand"];

/** A sender at work. */
export class Ways implements AsyncDisposable {
  readonly source: CheckedSource;
  readonly #ways: readonly Way[];
  readonly #watches = new Map<string, Watch>();
  /** The last one is at work. */
  readonly #senders: Sender[];

  private constructor(sender: Sender, source: CheckedSource, ways: readonly Way[]) {
    this.#senders = [sender];
    this.source = source;
    this.#ways = ways;
    for (const { name, receiver: { scrapePort }, modes = BOTH } of ways) {
      for (const mode of modes) {
        const target = { name: `${name}-${mode}`, mode, scrapePort, ttlMs: TTL_MS };
        this.#watches.set(target.name, new Watch(target, source));
      }
    }
  }

  /** Starts the sender; resolves once everything has come through. */
  static async start(ways: readonly Way[]): Promise<Ways> {
    const source = new CheckedSource();
    const started = new Ways(await Sender.start(configOf(ways, source)), source, ways);
    try {
      await Promise.all(ways.map(({ name }) => started.fresh(name, 0, START_MS)));
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  get sender(): Sender {
    return this.#senders.at(-1)!;
  }

  /** Another sender takes the place of one that has ended. */
  async senderAgain(): Promise<void> {
    this.#senders.push(await Sender.start(configOf(this.#ways, this.source)));
  }

  watch(name: string, mode: Mode): Watch {
    const watch = this.#watches.get(`${name}-${mode}`);
    if (watch === undefined) throw new Error(`no target of "${name}" is ${mode}`);
    return watch;
  }

  watches(name: string): Watch[] {
    const { modes = BOTH } = this.#ways.find((way) => way.name === name)!;
    return modes.map((mode) => this.watch(name, mode));
  }

  /** Waits until everything on a way is fresh, since a moment. Fails where that takes too long. */
  async fresh(name: string, sinceMs: number, timeoutMs = FRESH_MS): Promise<Outcome> {
    const freshMs: Outcome["freshMs"] = {};
    try {
      await Promise.all(
        this.watches(name).map(async (watch) => {
          freshMs[watch.target.mode] = await watch.freshAfter(sinceMs, timeoutMs);
        }),
      );
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.log(name)}`);
    }
    return { name, freshMs };
  }

  /** All that senders have logged. */
  get output(): string {
    return this.#senders.map(({ process }) => process.output).join("");
  }

  /** What was logged of a way, but for its beginning. */
  lines(name: string): string[] {
    const { base } = this.#ways.find((way) => way.name === name)!;
    const port = `:${new URL(base).port}/`;
    return this.output.split("\n")
      .filter((line) => line.includes(port) && !line.includes("msg=piping"));
  }

  /** What was logged of the stream itself, whatever became of what is on it. */
  breaks(name: string): string[] {
    return this.lines(name).filter((line) => /msg="(stream failing|pushing by PUT)"/.test(line));
  }

  /**
   * Fails where the stream broke, or nothing comes any more; and where anything but a snapshot
   * was served in between, but for a machine of CI that is busy.
   */
  async assertUnbroken(name: string, sinceMs: number): Promise<void> {
    await this.fresh(name, performance.now());
    assertEquals(this.breaks(name), [], name);
    if (!IS_LONG) return;
    for (const watch of this.watches(name)) {
      assertEquals(Object.keys(watch.statuses(sinceMs)), ["200"], watch.target.name);
    }
  }

  log(name: string): string {
    return this.lines(name).join("\n");
  }

  /** Fails where anything wrong was served, or nothing at all; notes the figures. */
  end(seen: Seen, outcomes: readonly Outcome[]): void {
    for (const { name, freshMs } of outcomes) {
      const checked = this.watches(name).reduce((sum, watch) => sum + watch.checked, 0);
      const lines = this.lines(name).length;
      const after = Object.values(freshMs).map((ms) => (ms / 1000).toFixed(1)).join(" / ");
      const fresh = after === "" ? "no break" : `fresh after ${after} s`;
      seen(name, `${fresh}, ${checked} GETs, ${lines} lines`);
      assert(lines <= MAX_LINES, this.log(name));
    }
    for (const watch of this.#watches.values()) {
      watch.assertSound();
      assert(watch.checked > 0, `nothing came of ${watch.target.name}`);
    }
    const errors = this.output.split("\n").filter((line) => line.includes("level=error"));
    assertEquals(errors, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.#watches.values()) watch.pause();
    for (const sender of this.#senders) await sender[Symbol.asyncDispose]();
    await Promise.all([...this.#watches.values()].map((watch) => watch[Symbol.asyncDispose]()));
    await this.source[Symbol.asyncDispose]();
  }
}

/** Of one way; a busy machine has more to tell. */
const MAX_LINES = IS_LONG ? 10 : 40;

/** What makes a sender take these ways. */
export function configOf(ways: readonly Way[], source: CheckedSource): unknown {
  return {
    interval: `${INTERVAL_MS}ms`,
    timeout: `${TIMEOUT_MS}ms`,
    pairs: ways.flatMap(({ name, receiver: { token }, base, modes = BOTH, caFile }) =>
      modes.map((mode) => ({
        bearer_token: token,
        source: source.url(`${name}-${mode}`),
        destination: `${base}${pathOf(`${name}-${mode}`)}`,
        mode,
        ...caFile !== undefined && { destination_tls: { ca_file: caFile } },
      }))
    ),
  };
}

/** Waits for all, also where one fails: nothing goes on after its scenario. */
export async function allOf<T extends readonly unknown[]>(
  running: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const ended = await Promise.allSettled(running);
  const failed = ended.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return await Promise.all(running) as unknown as T;
}

/** Waits for so long: a fault lasts. */
export function lasts(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
