// prompipe under measure: the portable file, as users run it, or the checkout.

import { join } from "@std/path";
import { bundle } from "../build/bundle.ts";
import { buildPortable, parseArch } from "../build/portable.ts";
import { RunningProcess } from "../tests/e2e/processes.ts";
import { newToken } from "../tests/e2e/prompipe.ts";
import { TempDir } from "../tests/e2e/temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..");

export type Origin = "portable" | "source";

/** A command line that runs prompipe, its arguments behind it. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The program, made when it is first asked for. */
export class Program implements AsyncDisposable {
  readonly origin: Origin;
  readonly #v8: readonly string[];
  #command: Promise<Command> | undefined;
  #folder: TempDir | undefined;

  /** `v8`: flags for the checkout; the portable file has its own. */
  constructor(origin: Origin, v8: readonly string[] = []) {
    this.origin = origin;
    this.#v8 = v8;
  }

  command(): Promise<Command> {
    return this.#command ??= this.origin === "portable"
      ? this.#portable()
      : Promise.resolve(sourceCommand(this.#v8));
  }

  /** The process is prompipe itself: its pid can be measured. */
  async start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningProcess> {
    const command = await this.command();
    return new RunningProcess(command.program, {
      args: [...command.args, ...args],
      env: { ...command.env, ...env },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder?.[Symbol.asyncDispose]();
  }

  async #portable(): Promise<Command> {
    this.#folder = await TempDir.make();
    const { path } = this.#folder;
    const file = await buildPortable(parseArch([]), await bundle(PROJECT, undefined), path);
    return {
      program: join(path, file),
      args: [],
      env: { PROMPIPE_CACHE_DIR: join(path, "cache") },
    };
  }
}

function sourceCommand(v8: readonly string[]): Command {
  const flags = v8.length === 0 ? [] : [`--v8-flags=${v8.join(",")}`];
  return {
    program: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", ...flags, "--permission-set", "main.ts"],
    env: {},
    cwd: PROJECT,
  };
}

/** A receiver on free ports of loopback, listening. */
export class BenchReceiver implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly token: string;
  /** Such as "127.0.0.1:4711". */
  readonly push: string;
  readonly scrape: string;

  private constructor(process: RunningProcess, token: string, push: string, scrape: string) {
    this.process = process;
    this.token = token;
    this.push = push;
    this.scrape = scrape;
  }

  static async start(program: Program, args: readonly string[] = []): Promise<BenchReceiver> {
    const token = newToken();
    const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
    const process = await program.start(["receiver", ...listen, ...args], { BEARER_TOKEN: token });
    try {
      const address = async (listener: string) => {
        const pattern = new RegExp(`listening.*\\b${listener}\\b.*(127\\.0\\.0\\.1:\\d+)`);
        return (await process.waitForOutput(pattern))[1]!;
      };
      return new BenchReceiver(process, token, await address("push"), await address("scrape"));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
