// Acknowledgements that wait to be sent, several in one frame.

import type { AckFrame } from "./frame.ts";

/** Numbers that were taken. */
export class Acks {
  readonly #runs: { number: number; count: number }[] = [];

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Each number comes once. */
  add(number: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last.number + last.count === number) last.count++;
    else this.#runs.push({ number, count: 1 });
  }

  /** The frames to send. Afterwards there is nothing to be sent. */
  take(): AckFrame[] {
    return this.#runs.splice(0).map((run) => ({ type: "ack", ...run }));
  }
}
