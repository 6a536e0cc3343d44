// Senders of many pairs beside what Prometheus has for the purpose, over the same sources.

import { waitFor } from "../../tests/e2e/wait_for.ts";
import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { part } from "../../tests/parts.ts";
import { figure, ratio } from "../figure.ts";
import { takeScrapes } from "../node_bodies.ts";
import type { Part, Result, Scale, Table } from "../part.ts";
import { Program } from "../program.ts";
import { agent, type Contender, prompipe } from "../scrapers.ts";
import { runScript, SourceFleet } from "../source_fleet.ts";
import { watchUntil } from "../watch.ts";

interface Times {
  readonly intervalMs: number;
  /** Scrapes of every source before anything counts: what is compiled, and series that are new. */
  readonly warmUpPasses: number;
  /** A multiple of the interval: every pass counts, and none twice. */
  readonly windowMs: number;
}

const TIMES: Times = { intervalMs: 4_000, warmUpPasses: 3, windowMs: 16_000 };
const QUICK: Times = { intervalMs: 200, warmUpPasses: 1, windowMs: 1_000 };

/** So many pairs over sources of one kind. */
interface Set {
  readonly label: string;
  readonly pairs: number;
  readonly fleet: SourceFleet;
}

interface Sample {
  readonly cpu: number;
  readonly cpuMsPerScrape: number;
  readonly residentBytes: number;
  /** Of the scrapes that were due. */
  readonly made: number;
}

/** By set and contender, one a round. */
type Samples = Map<Set, Map<Contender, Sample[]>>;

export const sender: Part = {
  name: "sender",
  what: "Senders of 10, 100 and 1,000 pairs beside the Prometheus agent with remote write",
  run,
};

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  const title = "Sender";
  const exporter = part("node-exporter");
  if ("missing" in exporter) {
    return { part: "sender", title, notes: [exporter.missing], tables: [] };
  }
  const times = quick ? QUICK : TIMES;
  const scrapes = await takeScrapes(exporter, times.intervalMs);
  await using folder = await TempDir.make();
  await using source = new Program("source");
  const contenders = [
    ...(program.origin === "portable" ? [prompipe("prompipe, portable", program)] : []),
    prompipe("prompipe, V8's defaults", source),
  ];
  const prometheus = part("prometheus");
  if (!("missing" in prometheus)) contenders.push(agent("Prometheus agent", prometheus));

  tell("makes sources");
  const most = quick ? 10 : 1_000;
  const few = Math.min(100, most);
  await using packed = await SourceFleet.start({ count: most, scrapes, folder, gzip: true });
  await using plain = await SourceFleet.start({ count: few, scrapes, folder, gzip: false });
  await using sink = runScript("sink.ts");
  const [, sinkPort] = await sink.waitForOutput(/port (\d+)\n/);
  const bench = new Bench({ times, folder, sinkAddress: `127.0.0.1:${sinkPort}` });

  const set = (pairs: number, fleet = packed): Set => (
    { label: `${pairs.toLocaleString("en-US")} pairs`, pairs, fleet }
  );
  const unpacked = { ...set(few, plain), label: `${few} pairs, sources that don't gzip` };
  const small = [set(10), ...(few > 10 ? [set(few)] : []), unpacked];
  const large = most > few ? [set(most)] : [];
  tell(`${small.map(({ label }) => label).join(", ")}, all at once`);
  await bench.together(small, contenders, rounds);
  for (const set of large) {
    for (let round = 1; round <= rounds; round++) {
      for (const contender of contenders) {
        tell(`${set.label}, ${contender.name}, round ${round} of ${rounds}`);
        await bench.together([set], [contender], 1);
      }
    }
  }
  return {
    part: "sender",
    title,
    notes: [
      `Each source says what a node exporter says, ${kilobytes(scrapes.first)} KB, each its own ` +
      "and a seventh of its lines new each time; gzipped, as the real one does, where nothing " +
      "else is said.",
      `Every source is scraped each ${times.intervalMs / 1000} s; what counts are ` +
      `${times.windowMs / 1000} s, once all have been scraped ${times.warmUpPasses} times. Up to ` +
      "100 pairs, all contenders run at once and over the same sources; 1,000 pairs have the " +
      "machine for themselves, in turns, each started anew.",
      "Whatever is sent goes to a sink that keeps nothing: what a receiver or a database takes " +
      "doesn't count here. The agent reads every line, and its memory grows for some minutes " +
      "more than it has here.",
      "Of 10 pairs, the processor time is counted in hundredths of a second and comes to few of " +
      "them.",
      ...("missing" in prometheus ? [prometheus.missing] : []),
    ],
    tables: tablesOf(bench.samples, contenders),
  };
}

interface BenchOptions {
  readonly times: Times;
  readonly folder: TempDir;
  readonly sinkAddress: string;
}

class Bench {
  readonly samples: Samples = new Map();
  readonly #options: BenchOptions;

  constructor(options: BenchOptions) {
    this.#options = options;
  }

  /** Runs all contenders over all sets at the same time. */
  async together(
    sets: readonly Set[],
    contenders: readonly Contender[],
    rounds: number,
  ): Promise<void> {
    const { times: { warmUpPasses, windowMs, intervalMs } } = this.#options;
    await using stack = new AsyncDisposableStack();
    const started = [];
    for (const set of sets) {
      if (!this.samples.has(set)) this.samples.set(set, new Map());
      for (const contender of contenders) {
        const who = crypto.randomUUID();
        const sources = set.fleet.addresses.slice(0, set.pairs)
          .map((address) => `http://${address}/metrics?who=${who}`);
        const job = { ...this.#options, sources, intervalMs };
        started.push({ set, contender, who, process: stack.use(await contender.start(job)) });
      }
    }
    for (const { set, who } of started) {
      await waitFor(async () => {
        const scrapes = await set.fleet.asked(who);
        if (scrapes < warmUpPasses * set.pairs) throw new Error(`${scrapes} scrapes`);
      }, { timeoutMs: 60_000, what: `${set.label} to be scraped` });
    }
    for (let round = 0; round < rounds; round++) {
      await Promise.all(started.map(async ({ set, contender, who, process: { pid } }) => {
        const before = await set.fleet.asked(who);
        const usage = await watchUntil([pid], pause(windowMs));
        const scrapes = await set.fleet.asked(who) - before;
        this.#add(set, contender, {
          cpu: usage.cpuSeconds / usage.seconds,
          cpuMsPerScrape: usage.cpuSeconds * 1000 / scrapes,
          residentBytes: usage.residentMedianBytes,
          made: scrapes / (set.pairs * usage.seconds * 1000 / intervalMs),
        });
      }));
    }
  }

  #add(set: Set, contender: Contender, sample: Sample): void {
    const ofSet = this.samples.get(set)!;
    ofSet.set(contender, [...ofSet.get(contender) ?? [], sample]);
  }
}

function tablesOf(samples: Samples, contenders: readonly Contender[]): Table[] {
  const table = (title: string, unit: string, read: (sample: Sample) => number): Table => ({
    title,
    columns: [
      ...contenders.map(({ name }) => ({ name, ...(unit === "B" ? {} : { unit }) })),
      { name: "first of last", unit: "×" },
    ],
    rows: [...samples].map(([{ label }, ofSet]) => {
      const figures = contenders.map((each) => figure(ofSet.get(each)!.map(read), unit));
      return { label, cells: [...figures, ratio(figures[0]!, figures.at(-1)!)] };
    }),
  });
  const columns = contenders.map(({ name }) => name);
  return [
    {
      ...table("CPU time per scrape", "ms", ({ cpuMsPerScrape }) => cpuMsPerScrape),
      plot: { kind: "bars", name: "sender-cpu", columns },
    },
    {
      ...table("Resident memory", "B", ({ residentBytes }) => residentBytes),
      plot: { kind: "bars", name: "sender-memory", columns, log: true },
    },
    table("CPU of one core", "%", ({ cpu }) => cpu * 100),
    table("Scrapes made of those due", "%", ({ made }) => made * 100),
  ];
}

function kilobytes(text: string): string {
  return (text.length / 1000).toFixed(0);
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
