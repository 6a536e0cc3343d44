// Many sources over many streams, beside the same by PUT.

import { CountingProxy } from "../../tests/fakes/counting_proxy.ts";
import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { waitFor } from "../../tests/e2e/wait_for.ts";
import { part } from "../../tests/parts.ts";
import { figure, ratio } from "../figure.ts";
import { takeScrapes } from "../node_bodies.ts";
import type { Part, Result, Scale, Table } from "../part.ts";
import { BenchReceiver } from "../program.ts";
import { SourceFleet } from "../source_fleet.ts";
import { type Usage, watchUntil } from "../watch.ts";

interface Size {
  readonly targets: number;
  readonly connections: number;
  readonly intervalMs: number;
  /** Snapshots of every target before anything counts, the first one of which is whole. */
  readonly warmUpPasses: number;
  /** A multiple of the interval. */
  readonly windowMs: number;
}

const SIZE: Size = {
  ...{ targets: 1_000, connections: 100 },
  ...{ intervalMs: 4_000, warmUpPasses: 3, windowMs: 20_000 },
};
const QUICK: Size = {
  ...{ targets: 20, connections: 5 },
  ...{ intervalMs: 200, warmUpPasses: 2, windowMs: 1_000 },
};

interface Way {
  readonly name: string;
  readonly scheme: "http" | "ws";
}

const WAYS: readonly Way[] = [{ name: "PUT", scheme: "http" }, { name: "stream", scheme: "ws" }];

interface Sample {
  readonly receiver: Usage;
  readonly sender: Usage;
  readonly snapshots: number;
  /** On the wire, of a snapshot. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly made: number;
}

export const stream: Part = {
  name: "stream",
  what: "1,000 targets over 100 streams, beside the same over PUT",
  run,
};

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  const title = "Stream and PUT";
  const exporter = part("node-exporter");
  if ("missing" in exporter) {
    return { part: "stream", title, notes: [exporter.missing], tables: [] };
  }
  const size = quick ? QUICK : SIZE;
  const { targets, connections, intervalMs, warmUpPasses, windowMs } = size;
  await using folder = await TempDir.make();
  const scrapes = await takeScrapes(exporter, intervalMs);
  tell("makes sources");
  await using fleet = await SourceFleet.start({ count: targets, scrapes, folder, gzip: true });
  const samples = new Map<Way, Sample[]>(WAYS.map((way) => [way, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const way of WAYS) {
      tell(`${way.name}, round ${round} of ${rounds}`);
      samples.get(way)!.push(await measure(way, { size, fleet, program, folder }));
    }
  }
  return {
    part: "stream",
    title,
    notes: [
      `${targets.toLocaleString("en-US")} sources, each ${intervalMs / 1000} s: each says what a ` +
      "node exporter says, gzipped, each its own and a seventh of its lines new each time.",
      "One sender process has all of them. It reaches the receiver at as many addresses as " +
      `there are streams, ${connections}, so that it opens that many; at each is a proxy that ` +
      "counts bytes, all of them in one other process. By PUT it goes through the same proxies. So " +
      `the sender's figures are those of one process with ${connections} streams, not of ` +
      `${connections} senders.`,
      `Each was started anew in each round; what counts are ${windowMs / 1000} s, once every ` +
      `target has been pushed ${warmUpPasses} times. The first snapshot of a stream, which is ` +
      "whole, is not among them; heartbeats and acknowledgements are. Where fewer pushes were made " +
      "than were due, the machine had no room for them, and the rest says little.",
    ],
    tables: tablesOf(samples),
  };
}

interface Setting extends Pick<Scale, "program"> {
  readonly size: Size;
  readonly fleet: SourceFleet;
  readonly folder: TempDir;
}

async function measure(way: Way, { size, fleet, program, folder }: Setting): Promise<Sample> {
  const { targets, connections, intervalMs, warmUpPasses, windowMs } = size;
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await BenchReceiver.start(program));
  const port = Number(receiver.push.split(":")[1]);
  const proxies = Array.from({ length: connections }, () => stack.use(new CountingProxy(port)));
  const pairs = fleet.addresses.slice(0, targets).map((address, i) => ({
    source: `http://${address}/metrics`,
    destination: `${way.scheme}://127.0.0.1:${proxies[i % connections]!.port}/metrics/bench/${i}`,
  }));
  const config = { bearer_token: receiver.token, interval: `${intervalMs}ms`, pairs };
  const file = await folder.write("sender.json", JSON.stringify(config));
  const sender = stack.use(await program.start(["sender", "--config", file]));
  await waitFor(async () => {
    const pushes = await pushesTaken(receiver);
    if (pushes < warmUpPasses * targets) throw new Error(`${pushes} pushes`);
  }, { timeoutMs: 120_000, what: `${warmUpPasses} pushes of each target` });

  const sent = () => proxies.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  const received = () => proxies.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  const before = { pushes: await pushesTaken(receiver), sent: sent(), received: received() };
  const window = new Promise<void>((go) => setTimeout(go, windowMs));
  const [ofReceiver, ofSender] = await Promise.all([
    watchUntil([receiver.process.pid], window),
    watchUntil([sender.pid], window),
  ]);
  const bytes = { sent: sent() - before.sent, received: received() - before.received };
  const snapshots = await pushesTaken(receiver) - before.pushes;
  return {
    receiver: ofReceiver,
    sender: ofSender,
    snapshots,
    upBytes: bytes.sent / snapshots,
    downBytes: bytes.received / snapshots,
    made: snapshots / (targets * ofReceiver.seconds * 1000 / intervalMs),
  };
}

async function pushesTaken({ scrape }: BenchReceiver): Promise<number> {
  const text = await (await fetch(`http://${scrape}/metrics`)).text();
  return Number(
    /^prompipe_receiver_pushes_total\{result="stored"\} (\d+)$/m.exec(text)?.[1] ?? 0,
  );
}

function tablesOf(samples: ReadonlyMap<Way, readonly Sample[]>): Table[] {
  const row = (label: string, unit: string, read: (sample: Sample) => number) => {
    const [put, stream] = WAYS.map((way) => figure(samples.get(way)!.map(read), unit));
    return { label, cells: [put!, stream!, ratio(stream!, put!)] };
  };
  const columns = [...WAYS.map(({ name }) => ({ name })), { name: "stream of PUT", unit: "×" }];
  const perSnapshot = (end: "receiver" | "sender") => (sample: Sample) =>
    sample[end].cpuSeconds / sample.snapshots;
  const core = (end: "receiver" | "sender") => (sample: Sample) =>
    100 * sample[end].cpuSeconds / sample[end].seconds;
  return [{
    title: "1,000 targets by either way",
    columns,
    rows: [
      row("bytes to the receiver, a snapshot", "B", ({ upBytes }) => upBytes),
      row("bytes to the sender, a snapshot", "B", ({ downBytes }) => downBytes),
      row("receiver: CPU time a snapshot", "s", perSnapshot("receiver")),
      row("receiver: CPU of one core", "%", core("receiver")),
      row("receiver: resident memory", "B", ({ receiver }) => receiver.residentMedianBytes),
      row("sender: CPU time a snapshot", "s", perSnapshot("sender")),
      row("sender: CPU of one core", "%", core("sender")),
      row("sender: resident memory", "B", ({ sender }) => sender.residentMedianBytes),
      row("pushes made of those due", "%", ({ made }) => made * 100),
    ],
  }];
}
