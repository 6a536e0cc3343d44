// How long a start takes, of each form in which prompipe can be had.

import { join } from "@std/path";
import { BuildError } from "../../build/build_error.ts";
import { bundle } from "../../build/bundle.ts";
import { compile } from "../../build/compile.ts";
import { freePort } from "../../tests/e2e/free_port.ts";
import { RunningProcess } from "../../tests/e2e/processes.ts";
import { newToken } from "../../tests/e2e/prompipe.ts";
import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { figure } from "../figure.ts";
import type { Part, Result, Scale } from "../part.ts";
import { type Command, Program } from "../program.ts";
import { answering } from "../ready.ts";

export const startup: Part = {
  name: "startup",
  what: "--version, a receiver's first answer, a sender's first push: source, portable, compiled",
  run,
};

/** Starts of each in a round: they are short. */
const STARTS = 5;
const INTERVAL_MS = 100;

interface Build {
  readonly name: string;
  readonly command: Command;
  /** Where it keeps what it unpacks, if it does. */
  readonly unpacks: boolean;
}

const MEASURES = {
  "--version": version,
  "receiver, first answer": firstAnswer,
  "sender, first push": firstPush,
} as const;

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  const notes = [
    `Starts of each in a round: ${quick ? 1 : STARTS}. They count from the moment a process is ` +
    "asked for; files are in the page cache, and code caches are there where a build keeps them.",
    `A receiver has answered \`/healthz\`. A sender has pushed what a source said that answers at once, at an interval of ${INTERVAL_MS} ms, over which first scrapes are spread.`,
    "The portable file's first start unpacks its runtime; that is measured with an empty cache folder.",
  ];
  const builds: Build[] = [];
  for (const origin of ["source", "portable"] as const) {
    if (quick && origin !== program.origin) continue;
    const own = origin === program.origin ? program : stack.use(new Program(origin));
    builds.push({
      ...{ name: origin, command: await own.command(), unpacks: origin === "portable" },
    });
  }
  const compiled = quick ? undefined : await compiledBuild(stack);
  if (typeof compiled === "string") notes.push(`Compiled: ${compiled}.`);
  else if (compiled !== undefined) builds.push(compiled);

  const samples = new Map<string, number[]>();
  const add = (key: string, seconds: number) =>
    samples.set(key, [...samples.get(key) ?? [], seconds]);
  const measures = Object.entries(MEASURES);
  // Caches are filled, and pages read, before anything counts.
  for (const { command } of builds) for (const [, measure] of measures) await measure(command);
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1}`);
    for (let start = 0; start < (quick ? 1 : STARTS); start++) {
      for (const [label, measure] of measures) {
        for (const { name, command } of builds) add(`${label} ${name}`, await measure(command));
      }
    }
    for (const { name, command, unpacks } of builds) {
      if (unpacks) add(`${FIRST} ${name}`, await firstStart(command));
    }
  }
  return {
    part: "startup",
    title: "Start-up",
    notes,
    tables: [{
      title: "Time of a start",
      columns: builds.map(({ name }) => ({ name, unit: "ms" })),
      rows: [...Object.keys(MEASURES), FIRST]
        .map((label) => ({
          label,
          cells: builds.map(({ name }) => {
            const seconds = samples.get(`${label} ${name}`);
            return seconds === undefined ? null : figure(seconds.map((each) => each * 1000), "ms");
          }),
        }))
        .filter(({ cells }) => cells.some((cell) => cell !== null)),
      plot: { name: "startup", kind: "bars", columns: builds.map(({ name }) => name) },
    }],
  };
}

const FIRST = "--version, first start";

/** Or why there is none. */
async function compiledBuild(stack: AsyncDisposableStack): Promise<Build | string> {
  const folder = stack.use(await TempDir.make());
  const project = join(import.meta.dirname!, "..", "..");
  try {
    const file = await compile(undefined, await bundle(project, undefined), folder.path);
    const command = { program: join(folder.path, file), args: [], env: {} };
    return { name: "compiled", command, unpacks: false };
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}

function start(
  { program, args, env, cwd }: Command,
  more: readonly string[],
  moreEnv: Readonly<Record<string, string>> = {},
): RunningProcess {
  return new RunningProcess(program, {
    args: [...args, ...more],
    env: { ...env, ...moreEnv },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** In seconds, as all that follow. */
async function version(command: Command): Promise<number> {
  const startMs = performance.now();
  await using process = start(command, ["--version"]);
  const { success } = await process.status;
  if (!success) throw new Error(`--version failed: ${process.output}`);
  return (performance.now() - startMs) / 1000;
}

async function firstStart(command: Command): Promise<number> {
  await using folder = await TempDir.make();
  return await version({ ...command, env: { ...command.env, PROMPIPE_CACHE_DIR: folder.path } });
}

async function firstAnswer(command: Command): Promise<number> {
  const port = freePort();
  const startMs = performance.now();
  await using process = start(command, [
    ...["receiver", "--push-listen", "127.0.0.1:0", "--scrape-listen", `127.0.0.1:${port}`],
  ], { BEARER_TOKEN: newToken() });
  await answering(process, `http://127.0.0.1:${port}/healthz`);
  return (performance.now() - startMs) / 1000;
}

async function firstPush(command: Command): Promise<number> {
  const { promise: pushed, resolve } = Promise.withResolvers<void>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.method !== "PUT") return new Response("up_and_running 1\n");
      await request.bytes();
      resolve();
      return new Response(null, { status: 204 });
    },
  );
  await using folder = await TempDir.make();
  const url = `http://127.0.0.1:${server.addr.port}`;
  const config = await folder.write(
    "config.json",
    JSON.stringify({
      bearer_token: newToken(),
      interval: `${INTERVAL_MS}ms`,
      pairs: [{ source: `${url}/metrics`, destination: `${url}/metrics/bench/one` }],
    }),
  );
  const startMs = performance.now();
  await using process = start(command, ["sender", "--config", config]);
  const ended = process.status.then(() => {
    throw new Error(`A sender ended early: ${process.output}`);
  });
  await Promise.race([ended, pushed]);
  const seconds = (performance.now() - startMs) / 1000;
  ended.catch(() => {});
  return seconds;
}
