// The commit that is being built.

/** How to run git. */
export interface Git {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Such as `abc1234`, with `-dirty` where tracked files were changed since; undefined
 * outside a git checkout, or without git.
 */
export async function currentCommit(
  root: string,
  git: Git = { path: "git", env: {} },
): Promise<string | undefined> {
  const head = await ask(git, root, ["rev-parse", "HEAD"]);
  if (head === undefined) return undefined;
  const changes = await ask(git, root, ["status", "--porcelain", "--untracked-files=no"]);
  // Cut here, since git's own short form grows with what else the clone holds.
  return head.slice(0, 7) + (changes === "" ? "" : "-dirty");
}

async function ask(
  { path, env }: Git,
  root: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(path, {
      args: ["-C", root, ...args],
      env,
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
