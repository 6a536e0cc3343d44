// Writes results into a page, between the markers of their parts; what people wrote
// around them stays.

import { join } from "@std/path";
import type { Result } from "./part.ts";
import { describe, type Machine } from "./machine.ts";
import { drawing } from "./plot.ts";
import { markdown } from "./table.ts";

/** A result and where it was taken. */
export interface Taken {
  readonly result: Result;
  readonly machine: Machine;
}

const END = "<!-- end -->";
const DOCS = join(import.meta.dirname!, "..", "docs");
const PAGE = join(DOCS, "benchmarks.md");
/** Before the names of drawings. */
const PREFIX = "benchmark-";

/** Writes the drawings of all tables into a folder. */
export async function writePlots(results: readonly Result[], folder: string): Promise<void> {
  for (const table of results.flatMap(({ tables }) => tables)) {
    if (table.plot === undefined) continue;
    await Deno.writeTextFile(join(folder, `${PREFIX}${table.plot.name}.svg`), drawing(table));
  }
}

/** Writes docs/benchmarks.md and its drawings anew. */
export async function writePage(taken: readonly Taken[]): Promise<void> {
  await writePlots(taken.map(({ result }) => result), DOCS);
  await Deno.writeTextFile(PAGE, withResults(await Deno.readTextFile(PAGE), taken));
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PAGE] })
    .output();
  if (!success) throw new Error(`Cannot format "${PAGE}"`);
}

/**
 * The page with this in the place of what stood between `<!-- bench:NAME -->` and
 * `<!-- end -->`. Throws where a part has no such place.
 */
export function withResults(page: string, taken: readonly Taken[]): string {
  return taken.reduce((text, { result, machine }) => {
    const begin = `<!-- bench:${result.part} -->`;
    const from = text.indexOf(begin);
    const to = from < 0 ? -1 : text.indexOf(END, from);
    if (to < 0) {
      throw new Error(
        `Cannot write part "${result.part}": the page has no "${begin}" and "${END}"`,
      );
    }
    const said = `_${describe(machine)}_\n\n${markdown(result, PREFIX)}`;
    return `${text.slice(0, from)}${begin}\n\n${said}\n${text.slice(to)}`;
  }, page);
}
