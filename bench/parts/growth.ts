// What a receiver takes of memory and CPU as targets become more, and bodies larger.

import { madeBody, sizeName } from "../bodies.ts";
import { figure } from "../figure.ts";
import { pushEach, scrapeEach } from "../fill.ts";
import { exponent, type Point } from "../fit.ts";
import type { Figure, Part, Result, Scale, Table } from "../part.ts";
import { BenchReceiver } from "../program.ts";
import { residentBytes, settle, watchUntil } from "../watch.ts";

export const growth: Part = {
  name: "growth",
  what: "a receiver's memory and CPU over targets and over the size of bodies",
  run,
};

const LIMITS = ["--max-targets", "200000", "--max-memory", "4GiB"];
const SMALL_BYTES = 1_000;
const COUNTS = [100, 1_000, 10_000, 30_000, 100_000];
const SIZES_BYTES = [1e3, 1e4, 1e5, 1e6, 1e7];
const QUICK_COUNTS = [100, 1_000];
const QUICK_SIZES_BYTES = [1e3, 1e5];
/** Of all targets together where sizes are compared, as far as so many targets go. */
const ALL_BYTES = 200e6;
const MOST_TARGETS = 10_000;
/** What is less than this can't be told from what the process does of its own. */
const LEAST_BYTES = 8 * 2 ** 20;
const LEAST_CPU_S = 0.1;

const SWEEP = madeBody(1e6).plain;
const SWEEPS = 100;

/** So many targets of such a size. */
interface Step {
  readonly targets: number;
  readonly bytes: number;
}

interface Taken {
  /** Beyond the process at rest. */
  readonly memoryBytes: number;
  readonly pushCpuS: number;
  /** Of targets that are small. */
  readonly scrapeCpuS: number | undefined;
}

async function run(scale: Scale): Promise<Result> {
  const { quick, rounds, tell } = scale;
  const most = quick ? 200 : MOST_TARGETS;
  const byCount = (quick ? QUICK_COUNTS : COUNTS)
    .map((targets) => ({ targets, bytes: SMALL_BYTES }));
  const bySize = (quick ? QUICK_SIZES_BYTES : SIZES_BYTES)
    .map((bytes) => ({ targets: Math.min(ALL_BYTES / bytes, most), bytes }));

  const steps = [...byCount, ...bySize];
  const taken = new Map<Step, Taken[]>(steps.map((step) => [step, []]));
  for (let round = 0; round < rounds; round++) {
    for (const step of steps) {
      tell(`round ${round + 1}: ${stepName(step)}`);
      taken.get(step)!.push(await fill(step, scale));
    }
  }

  const samples = (step: Step) => taken.get(step)!;
  return {
    part: "growth",
    title: "Growth",
    notes: [
      `Every line is a receiver of its own, with \`${LIMITS.join(" ")}\`, which is warm from ` +
      "pushes and scrapes of a few targets; memory is what it has resident beyond that, once all " +
      `were pushed and read. Before each reading, ${SWEEPS} pushes of 1 MB to one target make it ` +
      "collect its garbage.",
      "An exponent of 1: twice as many take twice as much. It is fitted by least squares of the " +
      "logarithms, over what can be told from noise: memory from 8 MiB, CPU from 0.1 s on.",
      "CPU over the size of bodies is that of one push, whatever it costs beside its bytes.",
    ],
    tables: [
      countTable(byCount, samples),
      sizeTable(bySize, samples),
      ...(quick ? [] : [exponentTable({ byCount, bySize, samples, rounds })]),
    ],
  };
}

async function fill({ targets, bytes }: Step, { quick, program }: Scale): Promise<Taken> {
  await using receiver = await BenchReceiver.start(program, LIMITS);
  const pids = [receiver.process.pid];
  const warm = madeBody(SMALL_BYTES).plain;
  for (let i = 0; i < (quick ? 1 : 200); i++) {
    await pushEach(receiver, { targets: 10, body: warm });
    await scrapeEach(receiver, 10);
  }
  const floor = await swept(receiver);

  const body = madeBody(bytes).plain;
  const push = await watchUntil(pids, pushEach(receiver, { targets, body }));
  await settle(pids);
  const scrape = bytes > SMALL_BYTES
    ? undefined
    : await watchUntil(pids, scrapeEach(receiver, targets));
  return {
    memoryBytes: await swept(receiver) - floor,
    pushCpuS: push.cpuSeconds,
    scrapeCpuS: scrape?.cpuSeconds,
  };
}

/** What is resident once garbage is gone: large bodies make a receiver collect it. */
async function swept(receiver: BenchReceiver): Promise<number> {
  const pids = [receiver.process.pid];
  for (let i = 0; i < SWEEPS; i++) await pushEach(receiver, { targets: 1, body: SWEEP });
  await pushEach(receiver, { targets: 1, body: madeBody(SMALL_BYTES).plain });
  await settle(pids);
  return residentBytes(pids);
}

type SamplesOf = (step: Step) => readonly Taken[];

function countTable(steps: readonly Step[], samples: SamplesOf): Table {
  return {
    title: "Targets of 1 KB",
    columns: [
      { name: "targets" },
      { name: "memory", unit: "MiB" },
      { name: "memory of a target", unit: "KiB" },
      { name: "CPU of pushing each once", unit: "s" },
      { name: "CPU of reading each once", unit: "s" },
    ],
    rows: steps.map((step) => ({
      label: stepName(step),
      cells: [
        exactly(step.targets),
        over(samples(step), "MiB", ({ memoryBytes }) => memoryBytes / 2 ** 20),
        over(samples(step), "KiB", ({ memoryBytes }) => memoryBytes / step.targets / 2 ** 10),
        over(samples(step), "s", ({ pushCpuS }) => pushCpuS),
        over(samples(step), "s", ({ scrapeCpuS }) => scrapeCpuS!),
      ],
    })),
    plot: {
      ...{ name: "growth-targets", kind: "lines", x: "targets" },
      columns: ["memory", "CPU of pushing each once", "CPU of reading each once"],
    },
  };
}

function sizeTable(steps: readonly Step[], samples: SamplesOf): Table {
  return {
    title: "Size of bodies",
    columns: [
      { name: "bytes" },
      { name: "targets" },
      { name: "memory of a target", unit: "KiB" },
      { name: "of its body" },
      { name: "CPU of a push", unit: "ms" },
    ],
    rows: steps.map((step) => ({
      label: stepName(step),
      cells: [
        exactly(step.bytes),
        exactly(step.targets),
        over(samples(step), "KiB", ({ memoryBytes }) => memoryBytes / step.targets / 2 ** 10),
        over(samples(step), "×", ({ memoryBytes }) => memoryBytes / step.targets / step.bytes),
        over(samples(step), "ms", ({ pushCpuS }) => 1000 * pushCpuS / step.targets),
      ],
    })),
    plot: {
      ...{ name: "growth-size", kind: "lines", x: "bytes" },
      columns: ["memory of a target", "CPU of a push"],
    },
  };
}

interface Grown {
  readonly byCount: readonly Step[];
  readonly bySize: readonly Step[];
  readonly samples: SamplesOf;
  readonly rounds: number;
}

/** Each round is fitted for itself, so that their spread is told. */
function exponentTable({ byCount, bySize, samples, rounds }: Grown): Table {
  const fitted = (steps: readonly Step[], point: (step: Step, taken: Taken) => Point | undefined) =>
    figure(
      Array.from({ length: rounds }, (_, round) => {
        const points = steps.map((step) => point(step, samples(step)[round]!));
        return exponent(points.filter((each) => each !== undefined));
      }),
      "",
    );
  const row = (label: string, exponents: Figure) => ({ label, cells: [exponents] });
  return {
    title: "Exponents",
    columns: [{ name: "exponent" }],
    rows: [
      row(
        "memory over targets",
        fitted(
          byCount,
          ({ targets }, { memoryBytes }) =>
            memoryBytes < LEAST_BYTES ? undefined : { x: targets, y: memoryBytes },
        ),
      ),
      row(
        "CPU of pushes over targets",
        fitted(
          byCount,
          ({ targets }, { pushCpuS }) =>
            pushCpuS < LEAST_CPU_S ? undefined : { x: targets, y: pushCpuS },
        ),
      ),
      row(
        "CPU of scrapes over targets",
        fitted(
          byCount,
          ({ targets }, { scrapeCpuS = 0 }) =>
            scrapeCpuS < LEAST_CPU_S ? undefined : { x: targets, y: scrapeCpuS },
        ),
      ),
      row(
        "memory of a target over its body",
        fitted(
          bySize,
          ({ targets, bytes }, { memoryBytes }) =>
            memoryBytes < LEAST_BYTES ? undefined : { x: bytes, y: memoryBytes / targets },
        ),
      ),
      row(
        "CPU of a push over its body",
        fitted(
          bySize,
          ({ targets, bytes }, { pushCpuS }) =>
            pushCpuS < LEAST_CPU_S ? undefined : { x: bytes, y: pushCpuS / targets },
        ),
      ),
    ],
  };
}

function over(samples: readonly Taken[], unit: string, value: (taken: Taken) => number): Figure {
  return figure(samples.map(value), unit);
}

function exactly(value: number): Figure {
  return figure([value], "");
}

function stepName({ targets, bytes }: Step): string {
  return `${targets.toLocaleString("en-US")} × ${sizeName(bytes)}`;
}
