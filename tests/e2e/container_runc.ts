// One container of a real runc: started from a description, asked, removed.
// https://github.com/opencontainers/runtime-spec/blob/main/config.md

import type { Part } from "../parts.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

/** What a container is: the runtime specification's `config.json`. */
export type RuntimeConfig = Readonly<Record<string, unknown>>;

export interface Result {
  readonly code: number;
  readonly output: string;
}

let created = 0;

export class Runc implements AsyncDisposable {
  /** The runtime, which passes signals on to the container and ends with its status. */
  readonly process: RunningProcess;
  readonly #part: Part;
  readonly #folder: TempDir;
  readonly #state: string;
  // State has a folder of its own, but control groups have one tree.
  readonly #id = `prompipe-test-${Deno.pid}-${++created}`;

  private constructor(part: Part, folder: TempDir) {
    this.#part = part;
    this.#folder = folder;
    this.#state = `--root=${folder.path}/state`;
    this.process = new RunningProcess(part.path, {
      args: [this.#state, "run", `--bundle=${folder.path}`, this.#id],
      env: part.env,
    });
  }

  static async start(part: Part, config: RuntimeConfig): Promise<Runc> {
    const folder = await TempDir.make();
    await folder.write("config.json", JSON.stringify(config));
    return new Runc(part, folder);
  }

  /** Runs `runc COMMAND` for this container. */
  async run(command: string, ...args: readonly string[]): Promise<Result> {
    return await this.#run([command, this.#id, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run(["delete", "--force", this.#id]);
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #run(args: readonly string[]): Promise<Result> {
    return await runToEnd([this.#part.path, this.#state, ...args], this.#part.env);
  }
}

/** Runs a command of this machine. */
export async function runToEnd(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(program!, { args, env, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout) + text(stderr) };
}
