// What a snapshot takes on the wire, by each way there is: everything that passes a
// connection, both ways.

import { gzipSync, zstdCompressSync } from "node:zlib";
import { CountingProxy } from "../../tests/fakes/counting_proxy.ts";
import { NodeExporter } from "../../tests/e2e/node_exporter.ts";
import { TempDir } from "../../tests/e2e/temp_dir.ts";
import { waitFor } from "../../tests/e2e/wait_for.ts";
import { part } from "../../tests/parts.ts";
import { cadvisor, service } from "../applications.ts";
import { figure, ratio } from "../figure.ts";
import { NODE_TYPE } from "../node_bodies.ts";
import type { Part, Result, Scale, Table } from "../part.ts";
import { BenchReceiver } from "../program.ts";

const WAYS = ["raw PUT", "gzip PUT", "zstd PUT", "stream"] as const;
type Way = typeof WAYS[number];
type ByWay<T> = Readonly<Record<Way, T>>;

/** How far a way has come. */
interface Mark {
  readonly bytes: number;
  readonly snapshots: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const bytes: Part = {
  name: "bytes",
  what: "Bytes on the wire of a snapshot: raw, gzipped, zstd, and as a stream",
  run,
};

async function run({ quick, rounds, program, tell }: Scale): Promise<Result> {
  const [intervalMs, snapshots] = quick ? [500, 3] : [4_000, Math.ceil(36 / rounds)];
  await using stack = new AsyncDisposableStack();
  const exporter = part("node-exporter");
  const sources: Source[] = [];
  if (!("missing" in exporter)) {
    const { url } = stack.use(await NodeExporter.start(exporter));
    sources.push(new Source("node exporter", async () => await (await fetch(url)).text()));
  }
  const [serve, contain] = [service(), cadvisor()];
  sources.push(new Source("service of 10,000 series", () => Promise.resolve(serve())));
  sources.push(new Source("cAdvisor, with churn", () => Promise.resolve(contain())));

  const folder = stack.use(await TempDir.make());
  const receiver = stack.use(await BenchReceiver.start(program));
  const measured = sources.map((source, at) => {
    const each = stack.use(new Measured(source, { receiver, at, intervalMs, stack }));
    stack.use(source); // goes first: then no more pushes begin
    return each;
  });
  const pairs = measured.map(({ pair }) => pair);
  const config = { bearer_token: receiver.token, interval: `${intervalMs}ms`, pairs };
  const file = await folder.write("sender.json", JSON.stringify(config));
  stack.use(await program.start(["sender", "--config", file]));
  tell(`${rounds} times ${snapshots} snapshots, each ${intervalMs} ms`);
  await Promise.all(measured.map((each) => each.run(rounds, snapshots)));

  return {
    part: "bytes",
    title: "Bytes on the wire",
    notes: [
      `Each source is scraped every ${intervalMs / 1000} s. Counted is all that passes TCP ` +
      "connections, both ways: headers, answers, frames, acknowledgements and heartbeats; not " +
      "the headers of TCP itself. Each way has connections of its own, and the same snapshots.",
      "Gzip PUT and stream are the sender's; what a source gzips is pushed as the source packed " +
      "it. The sender pushes neither raw nor zstd: these two are PUT by the bench, with the " +
      "headers of a sender, zstd at its level 3.",
      `${rounds} times ${snapshots} snapshots. The first one of all, which a stream sends whole, ` +
      "stands for itself.",
      "A base for a delta has 1 MiB at most: larger bodies go gzipped in a stream, too.",
      ...("missing" in exporter ? [exporter.missing] : []),
    ],
    tables: tablesOf(measured, intervalMs),
  };
}

/** Says something new each time, gzipped, and tells who waits for it. */
class Source implements AsyncDisposable {
  readonly name: string;
  readonly said: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  onSaid: (text: string) => void = () => {};

  constructor(name: string, say: () => Promise<string>) {
    this.name = name;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
      const text = await say();
      this.said.push(text);
      this.onSaid(text);
      const headers = { "Content-Type": NODE_TYPE, "Content-Encoding": "gzip" };
      return new Response(new Uint8Array(gzipSync(text)), { headers });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/metrics`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Setting {
  readonly receiver: BenchReceiver;
  readonly at: number;
  readonly intervalMs: number;
  readonly stack: AsyncDisposableStack;
}

/** A source and its ways, each through a proxy of its own. */
class Measured implements AsyncDisposable {
  readonly source: Source;
  /** Of the sender's config. */
  readonly pair: { readonly source: string; readonly destination: readonly string[] };
  first: ByWay<number> | undefined;
  /** A snapshot, by round. */
  readonly others: ByWay<number>[] = [];
  readonly #setting: Setting;
  readonly #proxies: ByWay<CountingProxy>;
  readonly #puts = new Set<Promise<void>>();

  constructor(source: Source, setting: Setting) {
    const { receiver, at, stack } = setting;
    this.source = source;
    this.#setting = setting;
    const port = Number(receiver.push.split(":")[1]);
    this.#proxies = mapWays(() => stack.use(new CountingProxy(port)));
    this.pair = {
      source: source.url,
      destination: [
        `http://127.0.0.1:${this.#proxies["gzip PUT"].port}${pathOf("gzip PUT", at)}`,
        `ws://127.0.0.1:${this.#proxies.stream.port}${pathOf("stream", at)}`,
      ],
    };
    const encoder = new TextEncoder();
    source.onSaid = (text) => {
      const plain = encoder.encode(text);
      const zstd = new Uint8Array(zstdCompressSync(plain));
      this.#begin(this.#put("raw PUT", plain, {}));
      this.#begin(this.#put("zstd PUT", zstd, { "Content-Encoding": "zstd" }));
    };
  }

  async run(rounds: number, snapshots: number): Promise<void> {
    let before = await this.#arrived(1);
    this.first = mapWays((way) => before[way].bytes / before[way].snapshots);
    for (let round = 1; round <= rounds; round++) {
      const now = await this.#arrived(1 + round * snapshots);
      this.others.push(
        mapWays((way) =>
          (now[way].bytes - before[way].bytes) / (now[way].snapshots - before[way].snapshots)
        ),
      );
      before = now;
    }
  }

  /** Once the n-th snapshot, or a later one, is served as it was said. */
  async #arrived(count: number): Promise<ByWay<Mark>> {
    const { said } = this.source;
    const timeoutMs = 60_000 + count * this.#setting.intervalMs;
    await waitFor(() => {
      if (said.length < count) throw new Error(`${said.length} snapshots`);
    }, { timeoutMs, what: `${count} snapshots` });
    const marks = WAYS.map((way) =>
      waitFor(async () => {
        const snapshots = 1 + said.lastIndexOf(await this.#shown(way));
        if (snapshots < count) throw new Error(`${snapshots} snapshots`);
        return { bytes: this.#proxies[way].bytes, snapshots };
      }, { timeoutMs: 60_000, what: `${way} of ${count} snapshots` })
    );
    const done = await Promise.all(marks);
    return mapWays((way) => done[WAYS.indexOf(way)]!);
  }

  async #shown(way: Way): Promise<string> {
    const { receiver: { scrape }, at } = this.#setting;
    return await (await fetch(`http://${scrape}${pathOf(way, at)}`)).text();
  }

  /** Once no push is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#puts);
  }

  #begin(put: Promise<void>): void {
    this.#puts.add(put);
    void put.then(() => this.#puts.delete(put));
  }

  /** As a sender would. */
  async #put(
    way: Way,
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string>,
  ): Promise<void> {
    const { receiver: { token }, at, intervalMs } = this.#setting;
    const url = `http://127.0.0.1:${this.#proxies[way].port}${pathOf(way, at)}`;
    const response = await fetch(url, {
      method: "PUT",
      headers: {
        ...headers,
        "Content-Type": NODE_TYPE,
        "Prompipe-Ttl": "60",
        "Prompipe-Scraped-At": (Date.now() / 1000).toFixed(3),
        "Prompipe-Interval": String(intervalMs / 1000),
        "Authorization": `Bearer ${token}`,
      },
      body,
    });
    await response.body?.cancel();
    if (response.status !== 204) throw new Error(`${way} was answered ${response.status}`);
  }
}

function pathOf(way: Way, source: number): string {
  return `/metrics/${encodeURIComponent(way)}/${source}`;
}

function mapWays<T>(value: (way: Way) => T): ByWay<T> {
  return Object.fromEntries(WAYS.map((way) => [way, value(way)])) as Record<Way, T>;
}

function tablesOf(measured: readonly Measured[], intervalMs: number): Table[] {
  const columns = WAYS.map((name) => ({ name }));
  const ofGzip = { name: "stream of gzip PUT", unit: "×" };
  const rows = (of: (each: Measured, way: Way) => readonly number[]) =>
    measured.map((each) => {
      const [raw, gzip, zstd, stream] = WAYS.map((way) => figure(of(each, way), "B"));
      return {
        label: each.source.name,
        cells: [raw!, gzip!, zstd!, stream!, ratio(stream!, gzip!)],
      };
    });
  return [
    {
      title: "A snapshot on the wire",
      columns: [...columns, ofGzip],
      rows: rows(({ others }, way) => others.map((bytes) => bytes[way])),
      plot: { kind: "bars", name: "bytes", columns: [...WAYS], log: true },
    },
    {
      title: "A source in a day",
      columns: [...columns, ofGzip],
      rows: rows(({ others }, way) => others.map((bytes) => bytes[way] * DAY_MS / intervalMs)),
    },
    {
      title: "The first snapshot",
      columns: [...columns, ofGzip],
      rows: rows(({ first }, way) => [first![way]]),
    },
  ];
}
