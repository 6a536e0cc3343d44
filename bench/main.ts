// `deno task bench [PART…]`: prompipe beside what would be used instead. Tables go to
// standard output, progress to standard error.

import { type Taken, writePage, writePlots } from "./docs.ts";
import { describe, watchMachine } from "./machine.ts";
import type { Part, Result } from "./part.ts";
import { PARTS } from "./parts/mod.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { Program } from "./program.ts";
import { markdown } from "./table.ts";

/** Returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const options = parseOptions(args, Object.keys(PARTS));
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  if (options.list) {
    for (const load of Object.values(PARTS)) {
      const { name, what } = await load();
      console.log(`${name.padEnd(10)} ${what}`);
    }
    return 0;
  }
  const fault = await whyNotWrite(options);
  if (fault !== undefined) {
    console.error(fault);
    return 2;
  }
  const taken: Taken[] = [];
  let failed = false;
  await using program = new Program(options.origin);
  for (const name of options.parts) {
    const endMachine = watchMachine();
    try {
      const result = await runPart(await PARTS[name]!(), { ...options, program });
      const machine = endMachine();
      console.log(`## ${result.title}\n\n_${describe(machine)}_\n\n${markdown(result)}`);
      taken.push({ result, machine });
    } catch (error) {
      // What the others found is worth keeping.
      console.error(`${name} failed:`, error);
      failed = true;
    }
  }
  await write(taken, options);
  return failed ? 1 : 0;
}

/** Why the results could not be written: better known now than in half an hour. */
async function whyNotWrite({ json, plots }: Options): Promise<string | undefined> {
  try {
    if (json !== undefined) (await Deno.open(json, { create: true, append: true })).close();
    if (plots !== undefined) await Deno.mkdir(plots, { recursive: true });
    return undefined;
  } catch (error) {
    return `Cannot write results: ${error instanceof Error ? error.message : error}`;
  }
}

async function write(taken: readonly Taken[], options: Options): Promise<void> {
  const { quick, rounds, origin, json, plots, docs } = options;
  if (json !== undefined) {
    await Deno.writeTextFile(
      json,
      JSON.stringify({ quick, rounds, origin, taken }, null, 2) + "\n",
    );
  }
  const results = taken.map(({ result }) => result);
  if (plots !== undefined) await writePlots(results, plots);
  if (docs) await writePage(taken);
}

function runPart(
  part: Part,
  { quick, rounds, program }: Options & { readonly program: Program },
): Promise<Result> {
  const startMs = performance.now();
  const tell = (line: string) => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0).padStart(4);
    console.error(`${part.name} ${seconds} s  ${line}`);
  };
  tell(part.what);
  return part.run({ quick, rounds, program, tell });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
