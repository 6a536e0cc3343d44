// Real processes in tests: started with a clean environment, watched through what
// they print, and never left behind.

const WAIT_MS = 15_000;

export interface ProcessOptions {
  readonly args?: readonly string[];
  /** Over a clean environment: nothing of the test's own but what a program needs
   * to be found and to find its caches. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running process. Disposing of it kills it, unless it has ended by itself. */
export class RunningProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #command: string;
  readonly #readers: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  #output = "";
  #ended = false;

  /** Resolves once the process has ended and all it printed is in `output`. */
  readonly status: Promise<Deno.CommandStatus>;

  constructor(program: string, { args = [], env = {}, cwd }: ProcessOptions = {}) {
    this.#command = [program, ...args].join(" ");
    this.#child = new Deno.Command(program, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: { ...inherited(), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#readers = Promise.all([this.#read(this.#child.stdout), this.#read(this.#child.stderr)]);
    this.status = this.#readers.then(() => this.#child.status).then(
      (status) => {
        this.#ended = true;
        this.#wake();
        return status;
      },
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** All that it printed so far, on both streams. */
  get output(): string {
    return this.#output;
  }

  /** The first match in what it has printed or prints next. */
  async waitForOutput(
    pattern: RegExp,
    { timeoutMs = WAIT_MS }: { timeoutMs?: number } = {},
  ): Promise<RegExpExecArray> {
    let timer;
    let timedOut = false;
    try {
      timer = setTimeout(() => {
        timedOut = true;
        this.#wake();
      }, timeoutMs);
      for (;;) {
        const match = pattern.exec(this.#output);
        if (match !== null) return match;
        if (this.#ended) {
          throw this.#failure(`ended without printing ${pattern}`);
        }
        if (timedOut) {
          throw this.#failure(`did not print ${pattern} in ${timeoutMs} ms`);
        }
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal, and doesn't mind if the process is gone. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!this.#ended && !(error instanceof TypeError)) throw error;
    }
  }

  /** Sends a signal and waits for the end. Fails if that doesn't come in time. */
  async end(
    signal: Deno.Signal,
    { timeoutMs = WAIT_MS }: { timeoutMs?: number } = {},
  ): Promise<Deno.CommandStatus> {
    this.signal(signal);
    let timer;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(this.#failure(`still ran ${timeoutMs} ms after ${signal}`)),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([this.status, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.status;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#output += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #failure(what: string): Error {
    return new Error(
      `Process "${this.#command}" ${what}; it printed:\n${this.#output}`,
    );
  }
}

function inherited(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "TMPDIR", "DENO_DIR", "XDG_CACHE_HOME"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
