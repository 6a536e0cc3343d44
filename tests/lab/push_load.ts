// A load of pushes that tells later which of them got through.

import { assert, assertEquals } from "@std/assert";
import type { Receiver } from "../e2e/prompipe.ts";

/** Where the pushes go. */
type Pushing = Pick<Receiver, "push">;

const CONNECTIONS = 4;

/** The path of a target. */
export function pathOf(target: number): string {
  return `/metrics/load/${target}`;
}

/** Pushes to all targets, over and over; each body tells its number, and whether it is whole. */
export class PushLoad {
  /** The number that a receiver is known to have kept, by target: it may serve nothing older. */
  readonly kept: number[];
  /** When each push was answered, by target and number. Nothing where it was not. */
  readonly takenMs: number[][];
  readonly #sent: number[];
  #pushing: Promise<unknown> = Promise.resolve();
  #stopped = false;

  readonly #pauseMs: number;

  /** `pauseMs`: after each push, where there is other work to be done. */
  constructor(targets: number, { pauseMs = 0 } = {}) {
    this.#pauseMs = pauseMs;
    this.kept = Array(targets).fill(0);
    this.#sent = Array(targets).fill(0);
    this.takenMs = this.#sent.map(() => []);
  }

  start(receiver: Pushing): void {
    this.#stopped = false;
    const loops = Array.from({ length: CONNECTIONS }, (_, first) => this.#push(receiver, first));
    this.#pushing = Promise.all(loops);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pushing;
  }

  /** The newest number that was taken of each target, or is known from before. */
  newest(): number[] {
    return this.takenMs.map((times, target) => Math.max(this.kept[target]!, times.length - 1));
  }

  /** How many pushes were taken in all. */
  get taken(): number {
    return this.takenMs.reduce((sum, times) => sum + Object.keys(times).length, 0);
  }

  /** Asks for each target, and fails unless it is a whole push of ours, at least `floor`. */
  async check(receiver: Receiver, floor: readonly number[]): Promise<void> {
    for (const [target, least] of floor.entries()) {
      const { status, text } = await receiver.scrape(pathOf(target));
      if (status === 404 && least === 0) continue;
      assertEquals(status, 200, text);
      const number = numberOf(text);
      assert(number !== undefined, `target ${target} serves what was never pushed`);
      const sent = this.#sent[target]!;
      assert(number <= sent, `target ${target} serves ${number}, and ${sent} was the last`);
      assert(number >= least, `target ${target} serves ${number}, and ${least} was kept`);
      this.kept[target] = number;
    }
  }

  async #push(receiver: Pushing, first: number): Promise<void> {
    for (let target = first; !this.#stopped; target = (target + CONNECTIONS) % this.#sent.length) {
      const number = this.#sent[target]! += 1;
      try {
        const status = await receiver.push(pathOf(target), bodyOf(number));
        if (status === 204) this.takenMs[target]![number] = performance.now();
      } catch {
        // It was killed under this push: nobody knows whether it was taken.
      }
      if (this.#pauseMs > 0) await new Promise((go) => setTimeout(go, this.#pauseMs));
    }
  }
}

/** The number of a body that is whole. */
export function numberOf(body: string): number | undefined {
  const number = Number(/^pushed (\d+)\n/.exec(body)?.[1]);
  return body === bodyOf(number) ? number : undefined;
}

/** Tells its number in every line, and its size by its number: from a line to 100 KB. */
function bodyOf(number: number): string {
  return `pushed ${number}\n`.repeat(1 + (number * 7919) % 8_000);
}
