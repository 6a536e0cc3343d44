// `deno task bench [PART…]`: prompipe beside what would be used instead. Tables go to
// standard output, progress to standard error.

import { parseArgs } from "node:util";
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
`;

interface Options {
  readonly parts: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly origin: Origin;
  readonly json: string | undefined;
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
  const endMachine = watchMachine();
  const results: Result[] = [];
  await using program = new Program(options.origin);
  for (const name of options.parts) {
    const part = await PARTS[name]!();
    const result = await runPart(part, { ...options, program });
    console.log(`## ${result.title}\n\n${markdown(result)}`);
    results.push(result);
  }
  const machine = endMachine();
  console.log(describe(machine));
  if (options.json !== undefined) {
    const { quick, rounds, origin } = options;
    const all = { machine, quick, rounds, origin, results };
    await Deno.writeTextFile(options.json, JSON.stringify(all, null, 2) + "\n");
  }
  return 0;
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
      },
    });
    const { list, quick, json } = values;
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
    return { parts, list, quick, rounds, origin, json };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `Cannot run: ${error.message}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
