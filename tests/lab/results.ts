// What scenarios came to, told by their processes to `deno task lab`: a line of JSON each, in
// the file that it names in the environment.

import { stripVTControlCharacters } from "node:util";

/** A number that was seen, or a word. */
export interface Figure {
  readonly what: string;
  readonly value: number | string;
  /** Such as `s`, `MiB`; empty for a plain number. */
  readonly unit: string;
}

/** What a scenario came to. */
export interface Result {
  readonly name: string;
  readonly breaks: string;
  readonly holds: string;
  readonly seen: readonly Figure[];
  readonly seconds: number;
  /** What did not hold; `undefined` where all did. */
  readonly fault?: string | undefined;
  /** Why it was not run. */
  readonly leftOut?: string;
}

/** Tells whoever asked; without one, nobody has to be told. */
export function recordResult(result: Result): void {
  const path = Deno.env.get("LAB_RESULTS");
  if (path !== undefined) {
    Deno.writeTextFileSync(path, JSON.stringify(result) + "\n", { append: true });
  }
}

/** What was recorded in the file, in order. */
export function readResults(path: string): Result[] {
  return Deno.readTextFileSync(path).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** The rest of it stands above the table, where the scenario ran. */
const MAX_FAULT_LENGTH = 400;

/** As a Markdown table. */
export function resultTable(results: readonly Result[]): string {
  const rows = results.map(({ name, breaks, holds, seen, fault, leftOut }) => {
    const passed = leftOut !== undefined ? "left out" : fault === undefined ? "yes" : "**no**";
    const why = leftOut ?? fault?.slice(0, MAX_FAULT_LENGTH);
    const figures = [...seen.map(figureText), ...why === undefined ? [] : [why]].join("; ");
    return [name, breaks, holds, figures, passed].map(cell).join(" | ");
  });
  const lines = ["scenario | breaks | must hold | seen | passed", "--- | --- | --- | --- | ---"];
  return [...lines, ...rows].map((line) => `| ${line} |\n`).join("");
}

function figureText({ what, value, unit }: Figure): string {
  const shown = typeof value === "number" ? rounded(value) : value;
  return `${what} ${shown} ${unit}`.trimEnd();
}

/** To three digits; whole numbers as they are. */
function rounded(value: number): string {
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(3));
  return short.toLocaleString("en");
}

/** One line, with nothing that would end its cell. */
function cell(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/g, " ").replaceAll("|", "\\|").trim();
}
