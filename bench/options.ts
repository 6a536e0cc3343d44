// The bench's command line.

import { parseArgs } from "node:util";
import type { Origin } from "./program.ts";

const ROUNDS = 3;

export const USAGE = `deno task bench [PART…] [options]

  --list              tell the parts
  --quick             as little as shows that all works; no figures to go by
  --rounds N          how often each figure is taken (${ROUNDS})
  --from ORIGIN       measure the portable file ("portable") or the checkout ("source")
  --json FILE         write the results as JSON
  --plots DIR         write the drawings as SVG
  --docs              write both into docs/benchmarks.md
`;

export interface Options {
  readonly parts: readonly string[];
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly origin: Origin;
  readonly json: string | undefined;
  readonly plots: string | undefined;
  readonly docs: boolean;
}

/** Options, or what is wrong with them. `known` are the names of all parts. */
export function parseOptions(args: readonly string[], known: readonly string[]): Options | string {
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
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      return `Cannot run part "${unknown}": there are ${known.join(", ")}`;
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
    const parts = positionals.length === 0 ? known : positionals;
    return { parts, list, quick, rounds, origin, json, plots, docs };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `Cannot run: ${error.message}`;
  }
}
