// Floods from the internet: good pushes go on, memory stays in bounds, metrics get no
// series. In its long form each takes its minute, and shows the memory at rest after it.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { Receiver } from "../e2e/prompipe.ts";
import type { FloodResult } from "./flood_load.ts";
import { peakMib, residentMib } from "./proc.ts";
import { IS_LONG, noLinux, scenario } from "./scenario.ts";

const LOAD = join(import.meta.dirname!, "flood_load.ts");
const MAX_P99_MS = 1_000;
/** Or no longer than so many pushes of the flood itself. */
const TURNS = 3;
const PUSH_EVERY_MS = 20;

interface Flood {
  readonly breaks: string;
  /** How many, over how many seconds. */
  readonly short: readonly [count: number, seconds: number];
  readonly full: readonly [count: number, seconds: number];
  /** Of resident memory. */
  readonly maxMib: (beforeMib: number) => number;
  /** What must have happened, or the test has shown nothing. */
  readonly check: (result: FloodResult, count: number) => void;
}

const grown = (beforeMib: number) => beforeMib + 200;

const FLOODS: Record<string, Flood> = {
  bodies: {
    breaks: "64 connections of 1 MB bodies",
    short: [64, 3],
    full: [64, 60],
    maxMib: () => 250,
    check: (result) => assert(result["204"]! > 64, "nothing was pushed"),
  },
  wrong_tokens: {
    breaks: "wrong tokens",
    short: [3_000, 2],
    full: [100_000, 60],
    maxMib: grown,
    check(result, count) {
      assertEquals(result["401"]! + result["429"]!, count);
      assert(result["429"]! > count / 2, "nobody was slowed down");
    },
  },
  half_open: {
    breaks: "idle and half-open connections",
    short: [3_000, 3],
    full: [10_000, 60],
    maxMib: grown,
    check: (result, count) => assertEquals(result["opened"], count),
  },
  huge_headers: {
    breaks: "headers without an end",
    short: [3_000, 3],
    full: [10_000, 60],
    maxMib: grown,
    check: (result, count) => assertEquals(result["opened"], count),
  },
  drips: {
    breaks: "bodies that come drop by drop",
    short: [500, 3],
    full: [2_000, 60],
    maxMib: grown,
    check: () => {},
  },
  made_up: {
    breaks: "made-up paths and methods",
    short: [2_000, 2],
    full: [10_000, 60],
    maxMib: grown,
    check: (result) => assert(result["404"]! > 100 && result["401"]! > 100, "nobody was refused"),
  },
};

for (const [kind, { breaks, short, full, maxMib, check }] of Object.entries(FLOODS)) {
  const [count, seconds] = IS_LONG ? full : short;
  scenario({
    name: `flood-of-${kind.replaceAll("_", "-")}`,
    breaks: `a flood of ${breaks}`,
    holds: "good pushes go on within a second (or three of the flood's), memory stays in bounds, " +
      "metrics get no series",
    unless: noLinux,
    ci: true,
  }, async (seen) => {
    await using receiver = await Receiver.start();
    const { pid } = receiver.process;
    assertEquals(await receiver.push("/metrics/good/0", "good 1\n"), 204);
    const beforeMib = residentMib(pid);
    const before = await seriesOf(receiver);

    const numbers = [receiver.pushPort, count, seconds].map(String);
    await using load = new RunningProcess(Deno.execPath(), {
      args: ["run", "--allow-all", LOAD, kind, ...numbers],
      env: { TOKEN: receiver.token },
    });
    const latencies = await pushUntil(load.status, receiver);
    const result: FloodResult = JSON.parse(load.output.trim().split("\n").at(-1)!);
    const mostMib = peakMib(pid);
    if (kind === "bodies") await forget(receiver, count);
    const after = await seriesOf(receiver);

    const p99Ms = latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)]!;
    for (const [outcome, times] of Object.entries(result)) seen(outcome, times, "times");
    seen("good pushes", latencies.length);
    seen("their p99", p99Ms, "ms");
    // How long one of its connections waits for an answer: on a busy machine everybody does.
    const turnMs = count * seconds * 1_000 / (result["204"] ?? Infinity);
    if (turnMs > 0) seen("a push of the flood", turnMs, "ms");
    seen("memory", beforeMib, "MiB before");
    seen("peak", mostMib, "MiB");
    if (IS_LONG) seen("at rest", await restingMib(pid), "MiB half a minute later");
    check(result, count);
    assert(p99Ms < Math.max(MAX_P99_MS, TURNS * turnMs), `p99 of good pushes: ${p99Ms} ms`);
    assert(mostMib < maxMib(beforeMib), `peak of ${mostMib} MiB`);
    const added = [...after].filter((each) => !before.has(each));
    assertEquals(added.filter((each) => !isPushed(each)), []);
  });
}

/** Series of targets that were really pushed: not made up. */
function isPushed(series: string): boolean {
  return /target_job="(good|flood|drip)"/.test(series);
}

/** The names and labels of its own metrics. */
async function seriesOf(receiver: Receiver): Promise<ReadonlySet<string>> {
  const { text } = await receiver.scrape("/metrics");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" "))));
}

/** Pushes now and then until `end`; returns how long each took, in ms. */
async function pushUntil(end: Promise<unknown>, receiver: Receiver): Promise<number[]> {
  const latencies: number[] = [];
  let ended = false;
  void end.then(() => ended = true);
  for (let i = 0; !ended || latencies.length === 0; i++) {
    const startMs = performance.now();
    assertEquals(await receiver.push(`/metrics/good/${i % 10}`, "good 1\n"), 204);
    latencies.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, PUSH_EVERY_MS));
  }
  return latencies;
}

/** Takes back what the flood has stored: that is memory in use. */
async function forget(receiver: Receiver, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const headers = { Authorization: `Bearer ${receiver.token}` };
    const url = receiver.destination(`/metrics/flood/${i}`);
    await (await fetch(url, { method: "DELETE", headers })).body?.cancel();
  }
}

async function restingMib(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  return residentMib(pid);
}
