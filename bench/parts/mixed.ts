// Many targets pushed while Prometheus reads them: what is lost, what is late, and what a
// target takes of memory.

import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { part } from "../../tests/parts.ts";
import { figure } from "../figure.ts";
import type { MixedJob, MixedLine, MixedWindow } from "../mixed/job.ts";
import { type Scrapes, takeScrapes } from "../node_bodies.ts";
import type { Part, Result, Row, Scale, Table } from "../part.ts";
import { BenchReceiver } from "../program.ts";
import { runScript } from "../source_fleet.ts";
import { residentBytes, settle, type Usage, watchUntil } from "../watch.ts";

type Size = Pick<
  MixedJob,
  "targets" | "intervalMs" | "pushConnections" | "scrapeConnections" | "calibrateMs"
>;

const SIZES: readonly (Size & { readonly seconds: number })[] = [
  {
    ...{ targets: 1_000, pushConnections: 64, scrapeConnections: 16, seconds: 60 },
    ...{ intervalMs: 4_000, calibrateMs: 8_000 },
  },
  {
    ...{ targets: 10_000, pushConnections: 64, scrapeConnections: 16, seconds: 180 },
    ...{ intervalMs: 4_000, calibrateMs: 8_000 },
  },
];
const QUICK = [{
  ...{ targets: 50, pushConnections: 8, scrapeConnections: 4, seconds: 1 },
  ...{ intervalMs: 200, calibrateMs: 400 },
}];
const SCRAPERS = 2;
/** 15 s for 4 s. */
const INTERVALS_PER_SCRAPE = 3.75;

interface Run extends Size {
  readonly seconds: number;
  readonly paceMs: number;
  readonly mostPushesPerSecond: number;
  readonly bodyBytes: number;
  readonly restBytes: number;
  /** With all targets, when nothing happens any more. */
  readonly afterBytes: number;
  readonly windows: readonly (MixedWindow & {
    readonly receiver: Usage;
    readonly load: Usage;
  })[];
  readonly lostAtEnd: number;
}

export const mixed: Part = {
  name: "mixed",
  what: "1,000 and 10,000 targets pushed while two scrapers read each of them",
  run,
};

async function run(scale: Scale): Promise<Result> {
  const { quick, rounds, tell } = scale;
  const exporter = part("node-exporter");
  if ("missing" in exporter) {
    return { part: "mixed", title: "Mixed load", notes: [exporter.missing], tables: [] };
  }
  const scrapes = await takeScrapes(exporter, 500);
  const runs: Run[] = [];
  for (const size of quick ? QUICK : SIZES) {
    tell(`${size.targets.toLocaleString("en-US")} targets, ${size.seconds} s`);
    runs.push(await measure(size, { scale, scrapes }));
  }
  return {
    part: "mixed",
    title: "Mixed load",
    notes: [
      "Each target is pushed at its time in every interval, and read by each of two scrapers " +
      `every ${INTERVALS_PER_SCRAPE} intervals. Bodies are a node exporter's, gzipped, each ` +
      "target's its own, with the number of the push at their end.",
      "The load is one process on the same machine. Latency is counted from when a request was " +
      "due, whatever held it up, its own connection included.",
      "Before it counts, the same mix runs as fast as it is taken, and the interval is that of " +
      "the issue, 4 s, or as long as makes it 70 % of that pace.",
      "*Lost*: a scrape that showed an older push than one that was answered with 204 before " +
      "the scrape began, anything but the target's own bytes, or no answer of 200; at the end, " +
      "every target is read once more. *Late*: a scrape that showed a push due more than one " +
      "and a half intervals ago.",
      "Memory of a target is what the receiver has resident beyond what it had before the first " +
      "push, over all targets.",
      ...runs.flatMap(troubles),
      ...(rounds > 1 ? [`A run is cut into ${rounds} windows; the spread is theirs.`] : []),
    ],
    tables: [tableOf(runs)],
  };
}

async function measure(
  { seconds, ...size }: Size & { readonly seconds: number },
  { scale, scrapes }: { readonly scale: Scale; readonly scrapes: Scrapes },
): Promise<Run> {
  const { program, rounds, tell } = scale;
  await using folder = await TempDir.make();
  await using receiver = await BenchReceiver.start(program);
  const windowMs = seconds * 1000 / rounds;
  const job: MixedJob = {
    ...size,
    ...{ pushAddress: receiver.push, scrapeAddress: receiver.scrape, token: receiver.token },
    ...{ scrapers: SCRAPERS, intervalsPerScrape: INTERVALS_PER_SCRAPE },
    ...{ windows: rounds, windowMs, scrapes },
  };
  const receiverPids = [receiver.process.pid];
  await settle(receiverPids);
  const restBytes = residentBytes(receiverPids);
  const file = await folder.write("job.json", JSON.stringify(job));
  await using load = runScript("mixed/load.ts", [file]);
  const lines = new Lines((pattern) => load.waitForOutput(pattern, { timeoutMs: 600_000 }));

  const { bodyBytes } = await lines.next("ready");
  const { intervalMs: paceMs, pushesPerSecond } = await lines.next("paced");
  tell(`takes ${pushesPerSecond.toFixed(0)} pushes a second; each target every ${paceMs} ms`);
  const windows = [];
  for (let window = 0; window < rounds; window++) {
    const told = lines.next("window");
    const [ofReceiver, ofLoad] = await Promise.all([
      watchUntil(receiverPids, told),
      watchUntil([load.pid], told),
    ]);
    windows.push({ ...ofReceiver.value, receiver: ofReceiver, load: ofLoad });
  }
  const { lost: lostAtEnd } = await lines.next("ended");
  await settle(receiverPids);
  const afterBytes = residentBytes(receiverPids);
  return {
    ...{ ...size, seconds, paceMs, mostPushesPerSecond: pushesPerSecond },
    ...{ bodyBytes, restBytes, afterBytes, windows, lostAtEnd },
  };
}

/** What should not have been. */
function troubles({ targets, windows, lostAtEnd }: Run): string[] {
  const lost = windows.reduce((all, window) => all + window.lost, lostAtEnd);
  const refused = windows.reduce((all, window) => all + window.refused, 0);
  return lost + refused === 0
    ? []
    : [`With ${targets} targets, ${refused} pushes were refused, and ${lost} failed to show.`];
}

type LineOf<Kind> = Extract<MixedLine, { readonly kind: Kind }>;

/** What the load tells, line by line. */
class Lines {
  readonly #wait: (pattern: RegExp) => Promise<RegExpExecArray>;
  #seen = 0;

  constructor(wait: (pattern: RegExp) => Promise<RegExpExecArray>) {
    this.#wait = wait;
  }

  async next<Kind extends MixedLine["kind"]>(kind: Kind): Promise<LineOf<Kind>> {
    const [, line] = await this.#wait(new RegExp(`^(?:.*\\n){${this.#seen++}}(.*)\\n`));
    const told: MixedLine = JSON.parse(line!);
    if (told.kind !== kind) throw new Error(`The load said "${line}" in place of "${kind}"`);
    return told as LineOf<Kind>;
  }
}

function tableOf(runs: readonly Run[]): Table {
  type Window = Run["windows"][number];
  const each = (label: string, unit: string, read: (window: Window, run: Run) => number): Row => ({
    label,
    cells: runs.map((run) => figure(run.windows.map((window) => read(window, run)), unit)),
  });
  const once = (label: string, unit: string, read: (run: Run) => number): Row => ({
    label,
    cells: runs.map((run) => figure([read(run)], unit)),
  });
  const total = (label: string, read: (run: Run) => number): Row => ({
    label,
    cells: runs.map((run) => read(run).toLocaleString("en-US")),
  });
  const sum = (run: Run, read: (window: Window) => number) =>
    run.windows.reduce((all, window) => all + read(window), 0);
  const ofBody = (bytes: number, { restBytes, bodyBytes }: Run) => (bytes - restBytes) / bodyBytes;
  return {
    title: "Mixed load",
    columns: runs.map(({ targets }) => ({ name: `${targets.toLocaleString("en-US")} targets` })),
    rows: [
      once("each target every", "s", ({ paceMs }) => paceMs / 1000),
      each("pushes a second", "/s", ({ pushes, receiver }) => pushes / receiver.seconds),
      each("scrapes a second", "/s", ({ scrapes, receiver }) => scrapes / receiver.seconds),
      total("pushes in all", (run) => sum(run, ({ pushes }) => pushes)),
      total("refused", (run) => sum(run, ({ refused }) => refused)),
      total("lost", (run) => run.lostAtEnd + sum(run, ({ lost }) => lost)),
      total("late", (run) => sum(run, ({ late }) => late)),
      each("push, p50", "s", ({ pushP50Ms }) => pushP50Ms / 1000),
      each("push, p99", "s", ({ pushP99Ms }) => pushP99Ms / 1000),
      each("scrape, p50", "s", ({ scrapeP50Ms }) => scrapeP50Ms / 1000),
      each("scrape, p99", "s", ({ scrapeP99Ms }) => scrapeP99Ms / 1000),
      each("of that the load began late, p99", "s", ({ startP99Ms }) => startP99Ms / 1000),
      each("receiver: CPU of one core", "%", ({ receiver }) => core(receiver)),
      each("load: CPU of one core", "%", ({ load }) => core(load)),
      once("gzipped body of a target", "B", ({ bodyBytes, targets }) => bodyBytes / targets),
      once("receiver: resident before the first push", "B", ({ restBytes }) => restBytes),
      each("receiver: resident", "B", ({ receiver }) => receiver.residentMedianBytes),
      each(
        "memory of a target, of its gzipped body",
        "×",
        ({ receiver }, run) => ofBody(receiver.residentMedianBytes, run),
      ),
      once(
        "the same, when all is quiet again",
        "×",
        (run) => ofBody(run.afterBytes, run),
      ),
      once(
        "taken at most, pushes a second",
        "/s",
        ({ mostPushesPerSecond }) => mostPushesPerSecond,
      ),
    ],
  };
}

function core({ cpuSeconds, seconds }: Usage): number {
  return 100 * cpuSeconds / seconds;
}
