// Many sources to scrape, and how often each contender did.

import { RunningProcess } from "../tests/e2e/processes.ts";
import type { TempDir } from "../tests/e2e/temp_dir.ts";
import type { Scrapes } from "./node_bodies.ts";

export interface FleetOptions {
  readonly count: number;
  readonly scrapes: Scrapes;
  readonly folder: TempDir;
  /** Whether they give their answers packed, as a node exporter does to who asks for it. */
  readonly gzip: boolean;
}

/** In a process of their own. */
export class SourceFleet implements AsyncDisposable {
  readonly process: RunningProcess;
  /** Such as "127.0.0.1:4711", one a source. */
  readonly addresses: readonly string[];

  private constructor(process: RunningProcess, addresses: readonly string[]) {
    this.process = process;
    this.addresses = addresses;
  }

  static async start({ count, scrapes, folder, gzip }: FleetOptions): Promise<SourceFleet> {
    const file = await folder.write("scrapes.json", JSON.stringify(scrapes));
    const process = runScript("sources.ts", [String(count), file, gzip ? "gzip" : "plain"]);
    try {
      const [, ports] = await process.waitForOutput(/ports (\S+)\n/, { timeoutMs: 120_000 });
      return new SourceFleet(process, ports!.split(",").map((port) => `127.0.0.1:${port}`));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Scrapes so far by URLs that ended in `?who=` and this. */
  async asked(who: string): Promise<number> {
    const counts = await (await fetch(`http://${this.addresses[0]}/asked`)).json();
    return counts[who] ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

/** Runs one of the scripts that stand beside this file. */
export function runScript(name: string, args: readonly string[] = []): RunningProcess {
  const path = new URL(name, import.meta.url).pathname;
  return new RunningProcess(Deno.execPath(), { args: ["run", "--quiet", "-A", path, ...args] });
}
