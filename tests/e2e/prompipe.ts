// Receiver and sender as users start them: processes of their own, from main.ts.

import { join } from "@std/path";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

/** A token that exists nowhere but in this run. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/** Runs prompipe with any arguments. */
export function startPrompipe(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { under = [] }: { readonly under?: readonly string[] } = {},
): RunningProcess {
  const run = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--permission-set", "main.ts"];
  const [program, ...rest] = [...under, ...run, ...args];
  return new RunningProcess(program!, { args: rest, cwd: PROJECT, env });
}

export interface ReceiverOptions {
  readonly token?: string;
  /** 0 picks one. */
  readonly pushPort?: number;
  readonly scrapePort?: number;
  readonly args?: readonly string[];
  /** A command that runs the one behind it, such as `unshare`. */
  readonly under?: readonly string[];
}

/** A receiver that listens. */
export class Receiver implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly token: string;
  readonly pushPort: number;
  readonly scrapePort: number;

  private constructor(process: RunningProcess, token: string, push: number, scrape: number) {
    this.process = process;
    this.token = token;
    this.pushPort = push;
    this.scrapePort = scrape;
  }

  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const { token = newToken(), pushPort = 0, scrapePort = 0, args = [], under } = options;
    const process = startPrompipe(
      [
        "receiver",
        "--push-listen",
        `127.0.0.1:${pushPort}`,
        "--scrape-listen",
        `127.0.0.1:${scrapePort}`,
        ...args,
      ],
      { BEARER_TOKEN: token },
      { under },
    );
    try {
      const port = async (listener: string) =>
        Number(
          (await process.waitForOutput(
            new RegExp(`listening.*\\b${listener}\\b.*127\\.0\\.0\\.1:(\\d+)`),
          ))[1],
        );
      return new Receiver(process, token, await port("push"), await port("scrape"));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where a sender pushes to. */
  destination(path: string): string {
    return `http://127.0.0.1:${this.pushPort}${path}`;
  }

  /** The same over a stream. */
  streamDestination(path: string): string {
    return `ws://127.0.0.1:${this.pushPort}${path}`;
  }

  /** What Prometheus sees at a path. */
  async scrape(path: string, init?: RequestInit): Promise<{ status: number; text: string }> {
    const response = await fetch(
      `http://127.0.0.1:${this.scrapePort}${path}`,
      init,
    );
    return { status: response.status, text: await response.text() };
  }

  /** Pushes as a sender does. */
  async push(path: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(this.destination(path), {
      method: "PUT",
      headers: { Authorization: `Bearer ${this.token}`, ...headers },
      body,
    });
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

/** A sender with a config of its own, running but perhaps not sending yet. */
export class Sender implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly #folder: TempDir;

  private constructor(process: RunningProcess, folder: TempDir) {
    this.process = process;
    this.#folder = folder;
  }

  static async start(config: unknown, args: readonly string[] = []): Promise<Sender> {
    const folder = await TempDir.make();
    const path = await folder.write("config.json", JSON.stringify(config, null, 4));
    return new Sender(startPrompipe(["sender", "--config", path, ...args]), folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
