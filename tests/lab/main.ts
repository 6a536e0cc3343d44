// `deno task lab [NAME…]`: runs the scenarios whose names hold one of the words, each in a
// process of its own, and prints what they saw as a table. Fails where one did not hold.

import { join } from "@std/path";
import { parseArgs } from "node:util";
import { setUpParts } from "../parts.ts";
import { LEFT_OUT_FILE, readLeftOut } from "../parts/left_out.ts";
import { writeDocs } from "./docs.ts";
import { readResults, type Result, resultTable } from "./results.ts";
import { type Scenario, scenarios, testName } from "./scenario.ts";

const LAB = import.meta.dirname!;

const USAGE = `deno task lab [WORD…] [options]

  --list        name the scenarios, and run none
  --short       in the form that CI runs, which takes a few minutes
  --json FILE   keep the figures there, beside those of other scenarios
  --docs        put all figures that there are then into docs/lab.md
`;

/** A scenario and where it stands. */
interface Placed {
  readonly about: Scenario;
  readonly file: string;
}

interface RunOptions {
  readonly short: boolean;
  readonly folder: string;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === "string") {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = options;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const all = await find();
  const stray = positionals.find((word) => !all.some(({ about: { name } }) => name.includes(word)));
  if (stray !== undefined) {
    console.error(`No scenario has "${stray}" in its name: --list names them`);
    return 2;
  }
  const chosen = all.filter(({ about: { name } }) =>
    positionals.length === 0 || positionals.some((word) => name.includes(word))
  );
  if (values.list) {
    for (const { about } of chosen) console.log(`${about.name}${about.ci ? "" : " (by hand)"}`);
    return 0;
  }
  const known = await readKept(values.json);
  if (typeof known === "string") {
    console.error(known);
    return 2;
  }
  for (const failure of await setUpParts()) console.error(failure);

  const folder = await Deno.makeTempDir({ prefix: "prompipe-lab-" });
  const results: Result[] = [];
  /** In the order of the scenarios; those that are no more are left out. */
  const kept = () =>
    all.flatMap(({ about: { name } }) =>
      results.find((each) => each.name === name) ?? known.find((each) => each.name === name) ?? []
    );
  try {
    for (const each of chosen) {
      results.push(await run(each, { short: values.short, folder }));
      if (values.json !== undefined) {
        await Deno.writeTextFile(values.json, JSON.stringify(kept(), null, 2) + "\n");
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`\n${resultTable(results)}`);
  if (values.docs) await writeDocs(resultTable(kept()), { short: values.short });
  return results.some(({ fault }) => fault !== undefined) ? 1 : 0;
}

/** What is wrong with them comes as a line. */
function parseOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        list: { type: "boolean", default: false },
        short: { type: "boolean", default: false },
        json: { type: "string" },
        docs: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `Cannot run: ${error.message}`;
  }
}

/** The figures in a file that can be written, or why there is none: better now than in an hour. */
async function readKept(path: string | undefined): Promise<readonly Result[] | string> {
  if (path === undefined) return [];
  try {
    (await Deno.open(path, { create: true, append: true })).close();
    const text = await Deno.readTextFile(path);
    return text === "" ? [] : JSON.parse(text);
  } catch (error) {
    return `Cannot keep figures in "${path}": ${error instanceof Error ? error.message : error}`;
  }
}

/** Those of every file here, in the order of the files. */
async function find(): Promise<Placed[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(LAB)) if (name.endsWith("_test.ts")) files.push(name);
  const found: Placed[] = [];
  for (const file of files.toSorted()) {
    const known = scenarios.length;
    await import(`./${file}`);
    found.push(...scenarios.slice(known).map((about) => ({ about, file })));
  }
  return found;
}

async function run({ about, file }: Placed, { short, folder }: RunOptions): Promise<Result> {
  console.log(`\n${about.name}: ${about.breaks}`);
  const [results, leftOut] = [join(folder, "results"), join(folder, "left_out")];
  for (const path of [results, leftOut]) await Deno.writeTextFile(path, "");
  const test = testName(about);
  const filter = `/^${RegExp.escape(test)}$/`;
  const startMs = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--allow-all", "--filter", filter, join(LAB, file)],
    cwd: join(LAB, "..", ".."),
    env: {
      LAB_RESULTS: results,
      [LEFT_OUT_FILE]: leftOut,
      ...(short ? {} : { PROMPIPE_TEST_FULL: "1" }),
    },
  }).spawn().status;
  const result = readResults(results).at(-1);
  // What fails after its end, as where something is left open, has failed as well.
  if (result !== undefined) {
    return success || result.fault !== undefined ? result : { ...result, fault: "see above" };
  }
  const { name, breaks, holds } = about;
  const seconds = (performance.now() - startMs) / 1000;
  const why = readLeftOut(leftOut).find(({ what }) => what === test)?.why;
  const end = why === undefined ? { fault: "it did not run" } : { leftOut: why };
  return { name, breaks, holds, seen: [], seconds, ...end };
}
