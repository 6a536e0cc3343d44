// PUT and GET of one target, beside who could stand in the receiver's place.

import { type Body, madeBody, nodeBody } from "../bodies.ts";
import { figure, ratio } from "../figure.ts";
import type { Cell, Figure, Part, Result, Row, Scale, Table } from "../part.ts";
import { startNginx } from "../peers/nginx.ts";
import type { Encoding, Peer } from "../peers/peer.ts";
import { startReceiver } from "../peers/prompipe.ts";
import { startPushgateway } from "../peers/pushgateway.ts";
import { settle, type Usage, watchUntil } from "../watch.ts";
import { type Exchange, load, type LoadReport, whyNoWrk } from "../wrk.ts";

export const receiver: Part = {
  name: "receiver",
  what: "PUT and GET of one target, beside the Pushgateway and nginx",
  run,
};

const METHODS = ["PUT", "GET"] as const;
const ENCODINGS = ["plain", "gzip"] as const;
const WARM_UP = { connections: 64, seconds: 3 };
/** Every connection gets so many answers, or all together so many, if they come in this time. */
const WAVES = 2;
const LEAST_ANSWERS = 5;
const MOST_SECONDS = 40;
/** What takes longer is done once. */
const REPEATED_SECONDS = 10;

/** What one row of the tables is about. */
interface Case {
  readonly method: "PUT" | "GET";
  readonly body: Body;
  readonly encoding: Encoding;
  readonly connections: number;
}

/** One run of one peer. */
type Sample = Usage & { readonly value: LoadReport };

/** By the peer's name; without those that can't do it. */
type Samples = ReadonlyMap<string, readonly Sample[]>;

async function run(scale: Scale): Promise<Result> {
  const title = "Receiver: PUT and GET";
  const without = whyNoWrk();
  if (without !== undefined) return { part: "receiver", title, notes: [without], tables: [] };

  const notes = [...NOTES];
  await using stack = new AsyncDisposableStack();
  const peers = [stack.use(await startReceiver(scale.program))];
  for (const start of [startPushgateway, startNginx]) {
    const peer = await start();
    if ("missing" in peer) notes.push(peer.missing);
    else peers.push(stack.use(peer));
  }
  const bodies = await pushed(scale);
  notes.push(`Bodies, plain and gzipped: ${bodies.map(describe).join("; ")}.`);
  if (!scale.quick) await warmUp(peers, bodies.at(-3)!);

  const bench = new Bench(scale, peers);
  const taken: { readonly of: Case; readonly samples: Samples }[] = [];
  for (const of of cases(bodies, scale)) taken.push({ of, samples: await bench.take(of) });

  const names = peers.map(({ name }) => name);
  const tables = METHODS.flatMap((method) =>
    tablesOf(method, names, (cells) =>
      taken.filter(({ of }) => of.method === method)
        .map(({ of, samples }) => ({ label: label(of), cells: cells(samples) })))
  );
  return { part: "receiver", title, notes: [...notes, ...bench.troubles], tables };
}

const NOTES = [
  "Load by `wrk` with one thread on the same machine: it takes its share of the cores from all alike.",
  "Each has one target. Who is compared takes turns within a round, a second each; where answers are so slow that five, or two to a connection, don't come in that time, longer, up to 40 s; what takes more than 10 s is done once.",
  "prompipe: the defaults. The Pushgateway: Debian's, its defaults; it reads each push and checks it against all it has, and its GET has metrics of its own beside the target. nginx: Debian's, a worker a core, files in tmpfs; a gzipped body is a file that `gzip_static` serves.",
  "CPU is that of all of a peer's processes, resident memory too (of nginx, what its processes share counts once for each); the most is the kernel's own account. Sizes come one after the other, of each its PUTs and then its GETs: what a peer keeps of the load before counts.",
];

async function pushed({ quick }: Scale): Promise<Body[]> {
  const node = await nodeBody();
  return quick ? [node] : [madeBody(1e3), node, madeBody(1e6), madeBody(1e7)];
}

function describe({ size, plain, gzip }: Body): string {
  return `${size}, ${plain.length.toLocaleString("en-US")} and ${
    gzip.length.toLocaleString("en-US")
  } bytes`;
}

/** By size, so that nobody's memory tells of larger ones before. */
function cases(bodies: readonly Body[], { quick }: Scale): Case[] {
  const many = quick ? [8] : [1, 64];
  return bodies.flatMap((body) =>
    METHODS.flatMap((method) =>
      ENCODINGS.flatMap((encoding) =>
        many.map((connections) => ({ method, body, encoding, connections }))
      )
    )
  );
}

function label({ body, encoding, connections }: Case): string {
  return `${body.size} ${encoding}, ${connections} conn.`;
}

async function warmUp(peers: readonly Peer[], body: Body): Promise<void> {
  for (const peer of peers) {
    for (const method of METHODS) {
      await load(exchangeOf(peer, { method, body, encoding: "plain" })!, WARM_UP);
    }
    await settle(peer.pids);
  }
}

function exchangeOf(
  peer: Peer,
  { method, body, encoding }: Omit<Case, "connections">,
): Exchange | undefined {
  return method === "PUT" ? peer.put(body, encoding) : peer.get(encoding);
}

class Bench {
  /** What was refused or broke off. */
  readonly troubles: string[] = [];
  readonly #scale: Scale;
  readonly #peers: readonly Peer[];
  /** Bytes a second over one connection, by peer, method and encoding. */
  readonly #speeds = new Map<string, number>();

  constructor(scale: Scale, peers: readonly Peer[]) {
    this.#scale = scale;
    this.#peers = peers;
  }

  async take(of: Case): Promise<Samples> {
    this.#scale.tell(`${of.method} ${label(of)}`);
    const able: Peer[] = [];
    for (const peer of this.#peers) {
      const refusal = await holds(peer, of);
      if (refusal === undefined) able.push(peer);
      else this.#note(`${peer.name}: ${refusal}`);
    }
    const samples = new Map<string, Sample[]>(able.map(({ name }) => [name, []]));
    for (let round = 0; round < this.#scale.rounds; round++) {
      for (const peer of able) {
        const seconds = this.#seconds(peer, of);
        if (round > 0 && seconds > REPEATED_SECONDS) continue;
        samples.get(peer.name)!.push(await this.#runOnce(peer, of, seconds));
      }
    }
    return samples;
  }

  async #runOnce(peer: Peer, of: Case, seconds: number): Promise<Sample> {
    const { connections } = of;
    const sample = await watchUntil(
      peer.pids,
      load(exchangeOf(peer, of)!, { connections, seconds }),
    );
    await settle(peer.pids);
    const { perSecond, requests, failures } = sample.value;
    if (failures > 0) {
      this.#note(
        `${peer.name}, ${of.method} ${label(of)}: ${failures} of ${requests + failures} failed.`,
      );
    }
    if (connections === 1) this.#speeds.set(speedKey(peer, of), perSecond * of.body.plain.length);
    return sample;
  }

  #seconds(peer: Peer, of: Case): number {
    const speed = this.#speeds.get(speedKey(peer, of));
    if (speed === undefined) return 1;
    const perSecond = speed / of.body.plain.length;
    const answers = of.connections === 1 ? LEAST_ANSWERS : WAVES * of.connections;
    const lanes = Math.min(of.connections, navigator.hardwareConcurrency);
    const needed = Math.ceil(answers / (perSecond * lanes));
    return Math.min(Math.max(needed, 1), MOST_SECONDS);
  }

  #note(text: string): void {
    if (!this.troubles.includes(text)) this.troubles.push(text);
  }
}

function speedKey(peer: Peer, { method, encoding }: Case): string {
  return `${peer.name} ${method} ${encoding}`;
}

/** Puts the body there and reads it back. The answer says why that failed. */
async function holds(peer: Peer, { body, encoding }: Case): Promise<string | undefined> {
  const put = peer.put(body, encoding);
  const get = peer.get(encoding);
  if (put === undefined || get === undefined) return `${encoding} is not taken.`;
  const { method, url, headers, body: bytes } = put;
  const answer = await fetch(url, { method, headers, body: bytes ?? null });
  const said = (await answer.text()).slice(0, 100);
  if (!answer.ok) return `${body.size} ${encoding} is not taken: ${answer.status} ${said}`;
  const back = await fetch(get.url, { headers: { "Accept-Encoding": "identity", ...get.headers } });
  const length = (await back.bytes()).length;
  if (back.ok && length >= body.plain.length) return undefined;
  return `${body.size} ${encoding} does not come back whole: ${back.status}, ${length} bytes`;
}

function tablesOf(
  method: "PUT" | "GET",
  names: readonly string[],
  rows: (cells: (samples: Samples) => Cell[]) => Row[],
): Table[] {
  const [own, ...others] = names;
  const each = (samples: Samples, unit: string, value: (sample: Sample) => number) =>
    names.map((name) => over(samples.get(name) ?? [], unit, value));
  const perRequest = (sample: Sample) => 1000 * sample.cpuSeconds / sample.value.requests;
  return [
    {
      title: `${method}: requests a second`,
      columns: names.map((name) => ({ name })).concat(
        others.map((name) => ({ name: `${own} to ${name}` })),
      ),
      rows: rows((samples) => {
        const [rate, ...rates] = each(samples, "", (sample) => sample.value.perSecond);
        const ratios = rates.map((other) =>
          isFigure(rate) && isFigure(other) ? ratio(rate, other) : null
        );
        return [rate ?? null, ...rates, ...ratios];
      }),
      plot: { name: `receiver-${method.toLowerCase()}`, kind: "bars", columns: names, log: true },
    },
    {
      title: `${method}: half of the answers, and 99 of 100, came within`,
      columns: names.flatMap((name) => [{ name: `${name}, p50` }, { name: `${name}, p99` }]),
      rows: rows((samples) =>
        names.flatMap((name) => [
          over(samples.get(name) ?? [], "s", (sample) => sample.value.p50),
          over(samples.get(name) ?? [], "s", (sample) => sample.value.p99),
        ])
      ),
    },
    {
      title: `${method}: CPU seconds for 1,000 requests`,
      columns: names.map((name) => ({ name })),
      rows: rows((samples) => each(samples, "", perRequest)),
    },
    {
      title: `${method}: resident memory, median and most`,
      columns: names.flatMap((name) => [
        { name: `${name}, median`, unit: "MiB" },
        { name: `${name}, most`, unit: "MiB" },
      ]),
      rows: rows((samples) =>
        names.flatMap((name) => [
          over(samples.get(name) ?? [], "MiB", (sample) => sample.residentMedianBytes / 2 ** 20),
          over(samples.get(name) ?? [], "MiB", (sample) => sample.residentMostBytes / 2 ** 20),
        ])
      ),
    },
  ];
}

/** Of those runs in which anything was answered. */
function over(
  samples: readonly Sample[],
  unit: string,
  value: (sample: Sample) => number,
): Figure | string | null {
  if (samples.length === 0) return null;
  const answered = samples.filter((sample) => sample.value.requests > 0);
  if (answered.length > 0) return figure(answered.map(value), unit);
  return `none in ${samples[0]!.seconds.toFixed(0)} s`;
}

function isFigure(cell: Cell | undefined): cell is Figure {
  return typeof cell === "object" && cell !== null;
}
