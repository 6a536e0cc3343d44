// Reads what `deno test` says last: how many tests passed, failed, were ignored.

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

export const NO_TESTS: Tally = { passed: 0, failed: 0, ignored: 0 };

// ok | 2 passed (3 steps) | 0 failed | 1 ignored (7ms)
const CLOSING_LINE =
  /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/;

// deno-lint-ignore no-control-regex
const COLOUR = /\x1b\[[0-9;]*m/g;

/**
 * The tally of a whole run. A run that failed without a failed test (a file that
 * doesn't load, a crash) counts one more failure.
 */
export function readTally(output: string, success: boolean): Tally {
  const closing = output.replaceAll(COLOUR, "").split("\n")
    .map((line) => CLOSING_LINE.exec(line)).filter((match) => match !== null)
    .at(-1);
  const tally = closing === undefined ? NO_TESTS : {
    passed: Number(closing[1]),
    failed: Number(closing[2]),
    ignored: Number(closing[3] ?? 0),
  };
  return success || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    ignored: a.ignored + b.ignored,
  };
}
