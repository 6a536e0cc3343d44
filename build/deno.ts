// Runs the Deno that runs this, for the steps of a build.

/** What a run came to; `said` is what it wrote to standard error, without colours. */
export interface DenoRun {
  readonly success: boolean;
  readonly said: string;
}

/** Runs `deno` with arguments in a folder, and waits for its end. */
export async function runDeno(args: readonly string[], cwd: string): Promise<DenoRun> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { success, said: new TextDecoder().decode(stderr).trim() };
}
