// A clock on the wall that a scenario sets for one process, while its monotonic clock goes on.

import { join } from "@std/path";
import { TempDir } from "../e2e/temp_dir.ts";
import type { Part } from "../parts.ts";

export class WallClock implements AsyncDisposable {
  /** A command that runs the one behind it by this clock. */
  readonly under: readonly string[];
  readonly #folder: TempDir;
  readonly #file: string;

  private constructor(faketime: Part, folder: TempDir) {
    this.#folder = folder;
    this.#file = join(folder.path, "offset");
    this.under = [
      "env",
      `LD_PRELOAD=${faketime.path}`,
      `FAKETIME_TIMESTAMP_FILE=${this.#file}`,
      "FAKETIME_NO_CACHE=1",
      "FAKETIME_DONT_FAKE_MONOTONIC=1",
      "DONT_FAKE_MONOTONIC=1",
    ];
  }

  /** One that is right. */
  static async make(faketime: Part): Promise<WallClock> {
    const clock = new WallClock(faketime, await TempDir.make());
    await clock.set(0);
    return clock;
  }

  /** So many seconds before what is right; behind it where they are negative. */
  async set(seconds: number): Promise<void> {
    const path = await this.#folder.write("next", `${seconds < 0 ? "" : "+"}${seconds}`);
    await Deno.rename(path, this.#file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
