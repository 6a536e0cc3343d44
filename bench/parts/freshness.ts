// How old a sample is when Prometheus has it, and how long its scrape takes, by each way to
// the exporter.

import { FakeExporter } from "../../tests/fakes/exporter.ts";
import { NodeExporter } from "../../tests/e2e/node_exporter.ts";
import { Prometheus, type ScrapeJob } from "../../tests/e2e/prometheus.ts";
import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { waitFor } from "../../tests/e2e/wait_for.ts";
import { type Part as Installed, part } from "../../tests/parts.ts";
import { figure, ratio } from "../figure.ts";
import { getInTurns } from "../get_in_turns.ts";
import type { Part, Result, Scale, Table } from "../part.ts";
import { BenchReceiver, type Program } from "../program.ts";

interface Size {
  /** By each way, spread over the interval. */
  readonly targets: number;
  readonly scrapeMs: number;
  readonly fastMs: number;
  readonly slowMs: number;
  /** Of a round. */
  readonly scrapes: number;
  readonly gets: number;
}

const SIZE: Size = {
  ...{ targets: 50, scrapeMs: 5_000, fastMs: 1_000, slowMs: 4_000 },
  ...{ scrapes: 6, gets: 250 },
};
const QUICK: Size = {
  ...{ targets: 3, scrapeMs: 500, fastMs: 200, slowMs: 400 },
  ...{ scrapes: 2, gets: 5 },
};

/** A way from an exporter into Prometheus; without a scheme it is Prometheus's own. */
interface Way {
  readonly job: string;
  readonly name: string;
  readonly scheme?: "http" | "ws";
  readonly options?: Readonly<Record<string, string>>;
}

export const freshness: Part = {
  name: "freshness",
  what: "Age of a sample when Prometheus stores it: pushed, on demand, and scraped directly",
  run,
};

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  const title = "Freshness";
  const found = { prometheus: part("prometheus"), exporter: part("node-exporter") };
  const missing = Object.values(found).flatMap((it) => "missing" in it ? [it.missing] : []);
  if ("missing" in found.prometheus || "missing" in found.exporter) {
    return { part: "freshness", title, notes: missing, tables: [] };
  }
  const size = quick ? QUICK : SIZE;
  const ways = waysOf(size);
  const latencies = await takeLatencies(found.exporter, { size, rounds, program, tell });
  const ages = await takeAges(found.prometheus, { ways, size, rounds, program, tell });
  const seconds = (ms: number) => `${ms / 1000} s`;
  return {
    part: "freshness",
    title,
    notes: [
      "Age: the exporter's only metric is the time at which it answers; what counts is how long " +
      "before the end of its scrape that was, by Prometheus's own timestamps, which are whole milliseconds. Prometheus scrapes " +
      `each of ${size.targets} targets a way every ${seconds(size.scrapeMs)}, all ways in the ` +
      "same time; the pairs of a sender are spread over its interval.",
      `Latency: a GET of a real node exporter, and of the same through receiver and sender on ` +
      `demand, in turns on loopback, ${size.gets} of each a round.`,
    ],
    tables: [
      tableOf("Age of a sample when it is stored", ways.map(({ name }) => name), ages),
      tableOf("Latency of a scrape", LATENCY_WAYS, latencies),
    ],
  };
}

/** After a GET by each way. */
const PAUSE_MS = 20;
const LATENCY_WAYS = ["direct", "on demand"];

function waysOf({ fastMs, slowMs }: Size): Way[] {
  const push = (intervalMs: number) => ({ interval: `${intervalMs}ms` });
  return [
    { job: "direct", name: "direct" },
    { job: "demand", name: "on demand", scheme: "ws", options: { mode: "on_demand" } },
    { job: "fast", name: `pushed each ${fastMs / 1000} s`, scheme: "http", options: push(fastMs) },
    { job: "slow", name: `pushed each ${slowMs / 1000} s`, scheme: "http", options: push(slowMs) },
    {
      ...{ job: "stream", name: `streamed each ${slowMs / 1000} s`, scheme: "ws" },
      options: push(slowMs),
    },
  ];
}

interface Setting extends Pick<Scale, "rounds" | "program" | "tell"> {
  readonly size: Size;
}

/** In seconds, by way and round. */
type Samples = number[][][];

async function takeLatencies(
  exporter: Installed,
  { size, rounds, program, tell }: Setting,
): Promise<Samples> {
  await using node = await NodeExporter.start(exporter);
  const path = "/metrics/node/live";
  await using piped = await startPipe(program, (push) => [{
    ...{ source: node.url, destination: `ws://${push}${path}`, mode: "on_demand" },
  }]);
  const urls = [node.url, `http://${piped.receiver.scrape}${path}`];
  const taken: Samples = urls.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    tell(`latency, round ${round} of ${rounds}`);
    const turns = { urls, count: size.gets, warmUp: size.gets / 5, pauseMs: PAUSE_MS };
    for (const [at, seconds] of (await getInTurns(turns)).entries()) {
      taken[at]!.push(seconds);
    }
  }
  return taken;
}

async function takeAges(
  prometheusPart: Installed,
  { ways, size, rounds, program, tell }: Setting & { readonly ways: readonly Way[] },
): Promise<Samples> {
  await using clock = FakeExporter.start(clockNow);
  const numbers = Array.from({ length: size.targets }, (_, target) => target);
  await using piped = await startPipe(
    program,
    (push) =>
      ways.flatMap(({ job, scheme, options }) =>
        scheme === undefined ? [] : numbers.map((target) => ({
          ...options,
          source: clock.url,
          destination: `${scheme}://${push}${pathOf(job, target)}`,
        }))
      ),
  );
  const jobs: ScrapeJob[] = ways.map(({ job, scheme }) => ({
    job,
    config: {
      static_configs: numbers.map((target) => ({
        targets: [scheme === undefined ? clock.address : piped.receiver.scrape],
        labels: {
          instance: String(target),
          ...(scheme === undefined ? {} : { __metrics_path__: pathOf(job, target) }),
        },
      })),
    },
  }));
  await using prometheus = await Prometheus.start(prometheusPart, jobs, {
    interval: `${size.scrapeMs}ms`,
    // Else timestamps are moved by up to 2 ms, for the sake of the database.
    args: ["--no-scrape.adjust-timestamps"],
  });
  const taken: Samples = ways.map(() => []);
  let sinceS = Date.now() / 1000;
  for (let round = 1; round <= rounds; round++) {
    tell(`age, round ${round} of ${rounds}`);
    const wanted = size.targets * size.scrapes;
    for (const [at, { job }] of ways.entries()) {
      taken[at]!.push(
        await waitFor(async () => {
          const ages = await agesSince(prometheus, job, sinceS);
          if (ages.length < wanted) throw new Error(`${ages.length} samples`);
          return ages;
        }, { timeoutMs: 60_000 + size.scrapes * size.scrapeMs * 2, what: `${wanted} samples` }),
      );
    }
    sinceS = Date.now() / 1000;
  }
  return taken;
}

/** A receiver that knows all targets of a sender with these pairs. */
async function startPipe(program: Program, pairsTo: (push: string) => readonly unknown[]) {
  await using starting = new AsyncDisposableStack();
  const receiver = starting.use(await BenchReceiver.start(program));
  const folder = starting.use(await TempDir.make());
  const pairs = pairsTo(receiver.push);
  const config = JSON.stringify({ bearer_token: receiver.token, pairs });
  const file = await folder.write("sender.json", config);
  starting.use(await program.start(["sender", "--config", file]));
  await waitFor(async () => {
    const { targets } = await (await fetch(`http://${receiver.scrape}/api/v1/targets`)).json();
    if (targets.length < pairs.length) throw new Error(`${targets.length} targets`);
  }, { timeoutMs: 60_000, what: "all targets to be known" });
  const stack = starting.move();
  return { receiver, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function pathOf(job: string, target: number): string {
  return `/metrics/${job}/${target}`;
}

function clockNow(): Response {
  const nowS = (performance.timeOrigin + performance.now()) / 1000;
  return new Response(`# TYPE bench_clock_seconds gauge\nbench_clock_seconds ${nowS}\n`, {
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

/** Prometheus cuts its timestamps to whole milliseconds: half of one is what that comes to. */
const CUT_S = 0.0005;

/** In seconds, of each scrape that began since then. */
async function agesSince(prometheus: Prometheus, job: string, sinceS: number): Promise<number[]> {
  const of = (name: string) => prometheus.samples(`${name}{job="${job}"}`);
  const [clocks, durations] = [
    await of("bench_clock_seconds"),
    await of("scrape_duration_seconds"),
  ];
  return clocks.flatMap(({ labels, samples }) => {
    const own = durations.find((one) => one.labels.instance === labels.instance);
    const took = new Map(own?.samples);
    return samples.flatMap(([atS, clockS]) => {
      const tookS = took.get(atS);
      return atS < sinceS || tookS === undefined ? [] : [atS + CUT_S + tookS - clockS];
    });
  });
}

function tableOf(
  title: string,
  labels: readonly string[],
  samples: Samples,
): Table {
  const rows = labels.map((label, at) => {
    const of = (share: number) => figure(samples[at]!.map((round) => quantile(round, share)), "s");
    return { label, p50: of(0.5), p99: of(0.99) };
  });
  const first = rows[0]!;
  return {
    title,
    columns: [
      { name: "p50" },
      { name: "p99" },
      { name: `p50 of ${first.label}`, unit: "×" },
      { name: `p99 of ${first.label}`, unit: "×" },
    ],
    rows: rows.map(({ label, p50, p99 }) => (
      { label, cells: [p50, p99, ratio(p50, first.p50), ratio(p99, first.p99)] }
    )),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
