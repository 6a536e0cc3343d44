// Behind `deno task test`: brings the parts, runs the tests, fast ones first, names
// what was left out, and ends in the line `N passed, N failed` (of tests; the steps
// inside them are not counted). With CI in the environment, what is left out has
// failed. Arguments go to `deno test`; paths among them replace the whole tree.

import { join } from "@std/path";
import { setUpParts } from "./parts.ts";
import { LEFT_OUT_FILE, type LeftOut, readLeftOut } from "./parts/left_out.ts";
import { addTallies, readTally, type Tally } from "./parts/tally.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const inCi = Boolean(Deno.env.get("CI"));
  const setUpFailures = await setUpParts();

  const folder = await Deno.makeTempDir({ prefix: "prompipe-tests-" });
  const leftOutFile = join(folder, "left_out.jsonl");
  await Deno.writeTextFile(leftOutFile, "");
  let tally: Tally;
  let leftOut: LeftOut[];
  try {
    tally = await runAll(args, { inCi, env: { [LEFT_OUT_FILE]: leftOutFile } });
    leftOut = readLeftOut(leftOutFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }

  for (const failure of setUpFailures) console.log(failure);
  if (tally.ignored > 0) {
    console.log(
      `Left out: ${tally.ignored}${inCi ? ", which is a failure in CI" : ""}`,
    );
    for (const { what, why } of leftOut) console.log(`  ${what}: ${why}`);
    const unexplained = tally.ignored - leftOut.length;
    if (unexplained > 0) console.log(`  ${unexplained} without a reason given`);
  }
  const failed = tally.failed + (inCi ? tally.ignored : 0);
  const ranNone = tally.passed + failed === 0;
  if (ranNone) console.log("No test ran");
  console.log(`${tally.passed} passed, ${failed} failed`);
  return failed > 0 || ranNone ? 1 : 0;
}

interface RunOptions {
  readonly inCi: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** What it prints is held back until then. */
  readonly showAfter?: Promise<unknown>;
}

async function runAll(
  args: readonly string[],
  options: RunOptions,
): Promise<Tally> {
  const common = ["--allow-all", ...(options.inCi ? ["--frozen"] : [])];
  if (args.some(isPath)) return await denoTest([...common, ...args], options);

  // Those of e2e and the lab watch the clock of real processes: one file of each at a time.
  // They wait more than they work, so that both go on at once; one is shown after the other.
  const unit = await denoTest(
    [...common, "--parallel", "--ignore=tests/e2e,tests/lab", ...args, "tests"],
    options,
  );
  const endToEnd = denoTest([...common, ...args, "tests/e2e"], options);
  const lab = denoTest([...common, ...args, "tests/lab"], { ...options, showAfter: endToEnd });
  return [await endToEnd, await lab].reduce(addTallies, unit);
}

async function denoTest(
  args: readonly string[],
  { env, showAfter }: RunOptions,
): Promise<Tally> {
  const forTerminal: Record<string, string> = Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : {};
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...args],
    cwd: join(import.meta.dirname!, ".."),
    env: { RUST_BACKTRACE: "0", ...forTerminal, ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    if (showAfter === undefined) await writeAll(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const { success } = await child.status;
  await showAfter;
  if (showAfter !== undefined) await writeAll(new TextEncoder().encode(output));
  return readTally(output, success);
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await Deno.stdout.write(bytes.subarray(done));
  }
}

function isPath(arg: string): boolean {
  try {
    Deno.statSync(arg);
    return true;
  } catch {
    return false;
  }
}
