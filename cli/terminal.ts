// What a person sees: results on standard output, all else on standard error.

/** Ends a command with a message that names what is wrong and the way out. */
export class Fault extends Error {
  /** 1 failed while running, 2 bad usage or bad config. */
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints a result. */
export function print(text: string): void {
  writeAll(Deno.stdout, `${text}\n`);
}

/** Prints anything that is no result. */
export function printError(text: string): void {
  writeAll(Deno.stderr, `${text}\n`);
}

/** Writes a log line, which ends in its own newline. */
export function writeLog(text: string): void {
  writeAll(Deno.stderr, text);
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
  } catch (error) {
    // Whoever read this has gone (`… | head`): nobody is left to tell.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Rows of cells in columns; the last column is as long as it likes. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

const COLOURS = { red: 31, yellow: 33, green: 32 } as const;

/** Colours for what is printed: none but on a terminal, and none with `NO_COLOR`. */
export function painter(): (colour: keyof typeof COLOURS, text: string) => string {
  if (!Deno.stdout.isTerminal() || Deno.env.get("NO_COLOR")) return (_, text) => text;
  return (colour, text) => `\x1b[${COLOURS[colour]}m${text}\x1b[0m`;
}

/** Shows how far a command is, in place of what it showed before, to who looks at a terminal. */
export function showProgress(text: string): void {
  if (Deno.stderr.isTerminal()) writeAll(Deno.stderr, `\r\x1b[K${text}`);
}
