// What tests leave out and why, told by the test processes to the runner: one line
// of JSON each, in the file that the runner names in the environment.

export const LEFT_OUT_FILE = "LEFT_OUT_FILE";

export interface LeftOut {
  /** A test's name. */
  readonly what: string;
  readonly why: string;
}

/** Says that `what` is left out; without a runner, nobody has to be told. */
export function recordLeftOut(leftOut: LeftOut): void {
  const path = Deno.env.get(LEFT_OUT_FILE);
  if (path === undefined) return;
  Deno.writeTextFileSync(path, JSON.stringify(leftOut) + "\n", {
    append: true,
  });
}

/** What was recorded in the file, in order. */
export function readLeftOut(path: string): LeftOut[] {
  return Deno.readTextFileSync(path).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
