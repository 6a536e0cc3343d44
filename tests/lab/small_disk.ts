// A disk of a few megabytes that outlives the processes that use it, and can be filled.

import { join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";

export class SmallDisk implements AsyncDisposable {
  /** Where it is, for who runs under it. */
  readonly path: string;
  /** A command that runs the one behind it with the disk in its place. */
  readonly under: readonly string[];
  readonly #folder: TempDir;
  readonly #holder: RunningProcess;
  readonly #filler: string;

  private constructor(folder: TempDir, holder: RunningProcess) {
    this.#folder = folder;
    this.#holder = holder;
    this.path = folder.path;
    this.under = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, "--wd=."];
    this.#filler = join(`/proc/${holder.pid}/root`, folder.path, "filler");
  }

  /** Takes root. */
  static async make(size: string): Promise<SmallDisk> {
    const folder = await TempDir.make();
    const mount =
      'mount -t tmpfs -o "size=$1" tmpfs "$0" && echo mounted && exec tail -f /dev/null';
    const holder = new RunningProcess("unshare", {
      args: ["--mount", "sh", "-c", mount, folder.path, size],
    });
    try {
      await holder.waitForOutput(/^mounted$/m);
    } catch (error) {
      await holder[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      throw error;
    }
    return new SmallDisk(folder, holder);
  }

  /** Leaves room for nothing. */
  async fill(): Promise<void> {
    using file = await Deno.open(this.#filler, { write: true, create: true });
    const zeros = new Uint8Array(1 << 20);
    try {
      for (;;) file.writeSync(zeros);
    } catch {
      // It is full.
    }
  }

  async free(): Promise<void> {
    await Deno.remove(this.#filler).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
