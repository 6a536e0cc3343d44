// How a build task ends: with a status, or with one line that says why not.

/** A build that can't go on, for a reason that its reader can do something about. */
export class BuildError extends Error {
  override name = "BuildError";
}

/** Runs a task's `main` and returns its exit status. */
export async function exitStatus(main: () => Promise<void>): Promise<number> {
  try {
    await main();
    return 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    return 1;
  }
}
