// Looks at the whole way from a config's sources to its receivers, a destination at a time.

import type { Fetch } from "../delivery.ts";
import type { Get } from "../http_source.ts";
import { type Destination, type Pair, sourceName } from "../pair.ts";
import { isStreamUrl, putUrl } from "../put_url.ts";
import { timeToLiveMs } from "../relay.ts";
import type { Report } from "../report.ts";
import { scrape } from "../scrape.ts";
import { tlsKey } from "../tls.ts";
import { type Finding, fine, note, stops, trouble } from "./finding.ts";
import { examineBodyLimit, examineHealth } from "./ingress.ts";
import { examineConnections, examineName, type Lookup } from "./network.ts";
import { proxyOf } from "../proxy.ts";
import { examinePush } from "./push.ts";
import { examineReadBack } from "./read_back.ts";
import { examineStream } from "./stream.ts";
import { examineTls } from "./tls.ts";

export type { Finding, Level, Step } from "./finding.ts";
export { systemLookup } from "./network.ts";

/** What was found on the way to one receiver. */
export interface Diagnosis {
  /** The receiver's address, as destinations name it. */
  readonly receiver: string;
  /** How many targets are pushed there. */
  readonly targets: number;
  readonly findings: readonly Finding[];
}

/** What the doctor works with. */
export interface DoctorOptions {
  readonly get: Get;
  readonly fetchFor: (tls: Destination["tls"]) => Fetch;
  readonly lookup: Lookup;
  readonly env: (name: string) => string | undefined;
  readonly userAgent: string;
  /** Where the receivers' scrape listener is, if that is known. */
  readonly scrapeUrl: URL | undefined;
  /** Told of each step before it is taken. */
  readonly progress: (text: string) => void;
}

/** Of each receiver so many targets are pushed; the others would tell the same. */
const MAX_PUSHES = 50;
const CONCURRENCY = 8;

/** One target of a receiver. */
interface Way {
  readonly pair: Pair;
  readonly destination: Destination;
}

/** Looks at every receiver of a config. Pushes what the sender would push, once. */
export async function diagnose(
  pairs: readonly Pair[],
  options: DoctorOptions,
): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const [receiver, ways] of groupByReceiver(pairs)) {
    options.progress(`looking at ${receiver}`);
    const findings = await examineReceiver(ways, options);
    diagnoses.push({ receiver, targets: ways.length, findings: merge(findings) });
  }
  return diagnoses;
}

function groupByReceiver(pairs: readonly Pair[]): Map<string, Way[]> {
  const groups = new Map<string, { receiver: string; ways: Way[] }>();
  for (const pair of pairs) {
    for (const destination of pair.destinations) {
      const receiver = new URL("../..", destination.url).href;
      const key = `${receiver}\n${tlsKey(destination.tls)}`;
      const group = groups.get(key) ?? { receiver, ways: [] };
      groups.set(key, group);
      group.ways.push({ pair, destination });
    }
  }
  return new Map([...groups.values()].map(({ receiver, ways }) => [receiver, ways]));
}

async function examineReceiver(ways: readonly Way[], options: DoctorOptions): Promise<Finding[]> {
  const { destination } = ways[0]!;
  const way = await examineWay(byPut(ways[0]!).destination, options);
  if (stops(way)) return way;
  const findings = [
    ...way,
    await examineHealth(
      byPut(ways[0]!).destination,
      options.fetchFor(destination.tls),
    ),
  ];
  const streams = ways.filter((each) => isStreamUrl(each.destination.url));
  if (streams.length > 0) {
    const onDemand = streams.filter(({ pair }) => pair.mode === "on_demand").length;
    findings.push(await examineStream(destination, { ...options, onDemand }));
  }
  const queue = ways.slice(0, MAX_PUSHES).values();
  let done = 0;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (const each of queue) {
      findings.push(...await examineTarget(byPut(each), options));
      options.progress(`${++done} of ${ways.length} targets pushed`);
    }
  }));
  if (ways.length > MAX_PUSHES) {
    findings.push(note("push", `${ways.length - MAX_PUSHES} more targets were not tried`));
  }
  return findings;
}

/** The same receiver as PUT reaches it, which a sender falls back to. */
function byPut({ pair, destination }: Way): Way {
  return { pair, destination: { ...destination, url: putUrl(destination.url) } };
}

/** All that can be known without a token. */
async function examineWay(
  destination: Destination,
  { lookup, env }: DoctorOptions,
): Promise<Finding[]> {
  const { url, tls } = destination;
  const proxy = proxyOf(url, env);
  if (proxy !== undefined) return [note("proxy", `pushes go through the proxy ${proxy}`)];
  const { finding, addresses } = await examineName(url, lookup);
  const findings = [finding, ...await examineConnections(url, addresses)];
  if (stops(findings)) return findings;
  if (url.protocol === "https:") findings.push(await examineTls(url, tls, Date.now()));
  else findings.push(plainText(url));
  if (stops(findings)) return findings;
  return [...findings, await examineBodyLimit(destination)];
}

function plainText(url: URL): Finding {
  if (["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
    return fine("tls", "plain HTTP, within this machine");
  }
  return trouble("tls", "plain HTTP: whoever is in between can read the token", {
    level: "warning",
    remedy: "use https:// (wss://), unless the way is a network of your own",
  });
}

async function examineTarget({ pair, destination }: Way, options: DoctorOptions) {
  const { get, userAgent, fetchFor } = options;
  const signal = AbortSignal.timeout(pair.timeoutMs);
  const result = await scrape(pair, { get, userAgent, signal });
  const report: Report = {
    result,
    scrapedAtMs: Date.now(),
    ttlMs: timeToLiveMs(pair),
    intervalMs: pair.intervalMs,
    labels: pair.labels,
  };
  const findings: Finding[] = [];
  if (!result.ok) {
    const { cause, detail } = result.failure;
    findings.push(trouble("source", `${sourceName(pair.source)}: ${cause}: ${detail}`, {
      remedy: "see that the exporter runs and the source names it (prompipe sender check)",
    }));
  }
  if (pair.mode === "on_demand") {
    return [...findings, note("push", "nothing is pushed of what is on demand")];
  }
  const fetch = fetchFor(destination.tls);
  const pushed = await examinePush({ pair, destination, report }, { fetch, userAgent });
  findings.push(...pushed);
  if (!pushed.some(({ step, level }) => step === "push" && level === "ok")) return findings;
  const { scrapeUrl } = options;
  const back = await examineReadBack({ destination, report }, { fetch, scrapeUrl });
  return [...findings, back];
}

const ORDER: readonly Finding["step"][] = [
  "source",
  "proxy",
  "name",
  "connection",
  "tls",
  "ingress",
  "stream",
  "push",
  "clock",
  "pace",
  "read back",
];

/** In the order of the way. What many targets have in common is said once. */
function merge(findings: readonly Finding[]): Finding[] {
  const merged: Finding[] = [];
  for (const step of ORDER) {
    const groups = Map.groupBy(
      findings.filter((each) => each.step === step),
      ({ level, remedy, message }) => level === "ok" ? level : `${level}\n${remedy ?? message}`,
    );
    for (const [first, ...others] of groups.values()) {
      const more = others.length === 0 || step === "name" ? "" : ` (and ${others.length} more)`;
      if (step === "connection" && first!.level === "ok") merged.push(first!, ...others);
      else merged.push({ ...first!, message: first!.message + more });
    }
  }
  return merged;
}
