// `deno task bench [PART…]`: prompipe beside what would be used instead. Tables go to
// standard output, progress to standard error.

import { parseArgs } from "node:util";
import { type Taken, writePage, writePlots } from "./docs.ts";
import { describe, watchMachine } from "./machine.ts";
import type { Part, Result } from "./part.ts";
import { PARTS } from "./parts/mod.ts";
import { type Origin, Program } from "./program.ts";
import { markdown } from "./table.ts";

const ROUNDS = 3;

const USAGE = `deno task bench [PART…] [options]

  --list              tell the parts
  --quick             as little as shows that all works; no figures to go by
  --rounds N          how often each figure is taken (${ROUNDS})
  --from ORIGIN       measure the portable file ("portable") or the checkout ("source")
  --json FILE         write the results as JSON
  --plots DIR         write the drawings as SVG
  --docs              write both into docs/benchmarks.md
`;

interface Options {
  readonly parts: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly origin: Origin;
  readonly json: string | undefined;
  readonly plots: string | undefined;
  readonly docs: boolean;
}

/** Returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
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

/** Options, or what is wrong with them. */
function parse(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        from: { type: "string" },
        json: { type: "string" },
        plots: { type: "string" },
        docs: { type: "boolean", default: false },
      },
    });
    const { list, quick, json, plots, docs } = values;
    const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
    if (unknown !== undefined) {
      return `Cannot run part "${unknown}": there are ${Object.keys(PARTS).join(", ")}`;
    }
    const rounds = Number(values.rounds ?? (quick ? 1 : ROUNDS));
    if (!Number.isInteger(rounds) || rounds < 1) {
      return `Cannot run "${values.rounds}" rounds: --rounds must be 1 or more`;
    }
    // Packing the portable file takes as long as half of a quick run.
    const origin = values.from ?? (quick ? "source" : "portable");
    if (origin !== "portable" && origin !== "source") {
      return `Cannot measure "${origin}": --from must be portable or source`;
    }
    const parts = positionals.length === 0 ? Object.keys(PARTS) : positionals;
    return { parts, list, quick, rounds, origin, json, plots, docs };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `Cannot run: ${error.message}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
