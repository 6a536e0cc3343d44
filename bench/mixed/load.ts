// Pushes and scrapes many targets, each when it is due, and checks every byte of what a
// scrape shows.
//
//   load.ts JOB.json

import { NodeBodies } from "../node_bodies.ts";
import type { MixedJob, MixedLine, MixedWindow } from "./job.ts";
import { NumberedBody } from "./numbered_body.ts";
import { type Exchange, RawClient } from "./raw_client.ts";

/** How often what is due is looked for. */
const TICK_MS = 1;
/** Of what the receiver takes at most: a load without an end of its own has no latency to tell. */
const SHARE = 0.7;
const LATE = 1.5;

const job: MixedJob = JSON.parse(await Deno.readTextFile(Deno.args[0]!));
const { targets, scrapers, intervalsPerScrape } = job;
const encoder = new TextEncoder();
const paths = Array.from({ length: targets }, (_, target) => `/metrics/bench/${target}`);
const texts = new NodeBodies(job.scrapes);
const bodies = paths.map((path, target) =>
  new NumberedBody(texts.text(target, 0), (bodyBytes) =>
    [
      `PUT ${path} HTTP/1.1`,
      `Host: ${job.pushAddress}`,
      `Authorization: Bearer ${job.token}`,
      "Content-Type: text/plain; version=0.0.4; charset=utf-8",
      "Content-Encoding: gzip",
      `Content-Length: ${bodyBytes}\r\n\r\n`,
    ].join("\r\n"))
);
const gets = paths.map((path) =>
  encoder.encode(
    `GET ${path} HTTP/1.1\r\nHost: ${job.scrapeAddress}\r\nAccept-Encoding: gzip\r\n\r\n`,
  )
);
/** The newest push that was answered with 204. */
const taken = new Uint32Array(targets);
/** The newest push that was begun. */
const numbers = new Uint32Array(targets);

const pushers = await open(job.pushAddress, job.pushConnections);
const readers = await open(job.scrapeAddress, job.scrapeConnections);
const count = { refused: 0, lost: 0, late: 0 };
const times = { push: [] as number[], scrape: [] as number[], start: [] as number[] };

tell({ kind: "ready", bodyBytes: bodies.reduce((sum, body) => sum + body.bodyBytes, 0) });
await fill();
const pushesPerSecond = await calibrate();
const intervalMs = Math.max(job.intervalMs, targets / (pushesPerSecond * SHARE) * 1000);
tell({ kind: "paced", intervalMs, pushesPerSecond });
const lostBefore = count.lost;
await run();
count.lost = lostBefore;
for (let target = 0; target < targets; target++) readers[target % readers.length]!.put(get(target));
await idle();
tell({ kind: "ended", lost: count.lost });
Deno.exit();

function tell(line: MixedLine): void {
  console.log(JSON.stringify(line));
}

function open(address: string, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => RawClient.open(address)));
}

async function idle(): Promise<void> {
  await Promise.all([...pushers, ...readers].map((client) => client.idle()));
}

/** Every target once. */
async function fill(): Promise<void> {
  for (let target = 0; target < targets; target++) pusherOf(target).put(push(target));
  await idle();
}

/** A target's pushes keep their order. */
function pusherOf(target: number): RawClient {
  return pushers[target % pushers.length]!;
}

/** Pushes a second that are taken while as many scrapes go on as belong to them. */
async function calibrate(): Promise<number> {
  const endMs = performance.now() + job.calibrateMs;
  const halfMs = endMs - job.calibrateMs / 2;
  const scrapesPerPush = scrapers / intervalsPerScrape;
  let [pushes, counted, scrapes] = [0, 0, 0];
  const pushOn = (pusher: number, target: number) => {
    if (performance.now() > endMs) return;
    pushes++;
    pushers[pusher]!.put(push(target, () => {
      if (performance.now() > halfMs) counted++;
      pushOn(pusher, (target + pushers.length) % targets);
    }));
    for (; scrapes < pushes * scrapesPerPush; scrapes++) {
      readers[scrapes % readers.length]!.put(get(scrapes % targets));
    }
  };
  for (let pusher = 0; pusher < pushers.length; pusher++) pushOn(pusher, pusher % targets);
  while (performance.now() < endMs) await pause(100);
  await idle();
  return counted / (job.calibrateMs / 2000);
}

/** All windows. What is due is due, however long the answers before take. */
async function run(): Promise<void> {
  const startMs = performance.now();
  const first = numbers.map((number) => number + 1);
  const pushGapMs = intervalMs / targets;
  const scrapeGapMs = intervalMs * intervalsPerScrape / targets;
  const dueMs = (target: number, number: number) =>
    startMs + ((number - first[target]!) * targets + target) * pushGapMs;
  const ageMs = (target: number, number: number) =>
    number < first[target]! ? 0 : performance.now() - dueMs(target, number);
  /** The turns of a scraper; each has its own place in the interval. */
  const turns = Array.from({ length: scrapers }, (_, scraper) => ({
    next: 0,
    startMs: startMs + scrapeGapMs * targets * scraper / scrapers,
    clients: readers.filter((_, at) => at % scrapers === scraper),
  }));
  let pushed = 0;
  for (let window = 1; window <= job.windows; window++) {
    Object.assign(count, { refused: 0, lost: 0, late: 0 });
    for (const list of Object.values(times)) list.length = 0;
    const endMs = startMs + window * job.windowMs;
    while (performance.now() < endMs) {
      const nowMs = performance.now();
      for (; startMs + pushed * pushGapMs <= nowMs; pushed++) {
        const due = startMs + pushed * pushGapMs;
        const target = pushed % targets;
        pusherOf(target).put(push(target, () => times.push.push(performance.now() - due)));
        times.start.push(nowMs - due);
      }
      for (const turn of turns) {
        for (let due; (due = turn.startMs + turn.next * scrapeGapMs) <= nowMs; turn.next++) {
          const target = turn.next % targets;
          const dueNow = due;
          turn.clients[turn.next % turn.clients.length]!.put(get(target, (number) => {
            times.scrape.push(performance.now() - dueNow);
            if (ageMs(target, number) > LATE * intervalMs) count.late++;
          }));
          times.start.push(nowMs - due);
        }
      }
      await pause(TICK_MS);
    }
    tell({ kind: "window", ...report() });
  }
  await idle();
}

function push(target: number, done: () => void = () => {}): Exchange {
  const body = bodies[target]!;
  let number = 0;
  return {
    request() {
      number = ++numbers[target]!;
      body.setNumber(number);
      return body.message;
    },
    answered(status) {
      if (status === 204) taken[target] = number;
      else count.refused++;
      done();
    },
  };
}

function get(target: number, done: (number: number) => void = () => {}): Exchange {
  let least = 0;
  return {
    request() {
      least = taken[target]!;
      return gets[target]!;
    },
    answered(status, body) {
      const number = status === 200 ? bodies[target]!.numberOf(body) : undefined;
      if (number === undefined || number < least) count.lost++;
      if (number !== undefined) done(number);
    },
  };
}

function report(): MixedWindow {
  return {
    ...count,
    pushes: times.push.length,
    scrapes: times.scrape.length,
    pushP50Ms: quantile(times.push, 0.5),
    pushP99Ms: quantile(times.push, 0.99),
    scrapeP50Ms: quantile(times.scrape, 0.5),
    scrapeP99Ms: quantile(times.scrape, 0.99),
    startP99Ms: quantile(times.start, 0.99),
  };
}

function quantile(values: readonly number[], of: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
