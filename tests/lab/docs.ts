// Keeps the table of docs/lab.md, with when and where its figures were taken.

import { join } from "@std/path";

const PROJECT = join(import.meta.dirname!, "..", "..");
const PAGE = join(PROJECT, "docs", "lab.md");
const HEADING = "\n## Figures\n";

/** Puts a Markdown table in the place of the one that is there. */
export async function writeDocs(table: string, { short }: { short: boolean }): Promise<void> {
  const [before, after] = (await Deno.readTextFile(PAGE)).split(HEADING);
  if (after === undefined) throw new Error(`Cannot find "${HEADING.trim()}" in "${PAGE}"`);
  const form = short ? "short form, of CI" : "long form";
  const taken = `Taken on ${new Date().toISOString().slice(0, 10)} on ${await machine()}, in the ` +
    `${form}.`;
  // Cells as wide as the widest would make it ten times as long.
  const unpadded = `<!-- deno-fmt-ignore-start -->\n\n${table}\n<!-- deno-fmt-ignore-end -->\n`;
  await Deno.writeTextFile(PAGE, `${before}${HEADING}\n${taken}\n\n${unpadded}`);
  const args = ["fmt", "--quiet", PAGE];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: PROJECT }).output();
  if (!success) throw new Error(`Cannot format "${PAGE}"`);
}

async function machine(): Promise<string> {
  const cores = `${navigator.hardwareConcurrency} cores`;
  const info = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /^model name\s*:\s*(.+)$/m.exec(info)?.[1];
  const load = Math.round(Deno.loadavg()[2]!);
  return `${cores}${model === undefined ? "" : ` of ${model}`} with a load of ${load}, Deno ` +
    Deno.version.deno;
}
