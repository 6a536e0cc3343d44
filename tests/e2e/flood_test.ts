// Floods from the internet: good pushes go on, memory stays in bounds, metrics get no
// series. Short here; with PROMPIPE_TEST_FULL=1 each takes its minute, with all figures.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { testUnless } from "../parts.ts";
import type { FloodResult } from "./flood_load.ts";
import { RunningProcess } from "./processes.ts";
import { newToken, Receiver } from "./prompipe.ts";

const MIB = 1024 * 1024;
const PROJECT = join(import.meta.dirname!, "..", "..");
const LOAD = join(import.meta.dirname!, "flood_load.ts");
const FULL = Deno.env.get("PROMPIPE_TEST_FULL") === "1";
const MAX_P99_MS = 1_000;
const PUSH_EVERY_MS = 20;

interface Flood {
  readonly kind: string;
  /** How many, over how many seconds. */
  readonly short: readonly [count: number, seconds: number];
  readonly full: readonly [count: number, seconds: number];
  /** Of resident memory. */
  readonly maxBytes: (beforeBytes: number) => number;
  /** What must have happened, or the test has shown nothing. */
  readonly check: (result: FloodResult, count: number) => void;
}

const grown = (beforeBytes: number) => beforeBytes + 200 * MIB;

const FLOODS: Record<string, Flood> = {
  "64 connections of 1 MB bodies": {
    kind: "bodies",
    short: [64, 3],
    full: [64, 60],
    maxBytes: () => 250 * MIB,
    check: (result) => assert(result["204"]! > 64, "nothing was pushed"),
  },
  "wrong tokens": {
    kind: "wrong_tokens",
    short: [3_000, 2],
    full: [100_000, 60],
    maxBytes: grown,
    check(result, count) {
      assertEquals(result["401"]! + result["429"]!, count);
      assert(result["429"]! > count / 2, "nobody was slowed down");
    },
  },
  "idle and half-open connections": {
    kind: "half_open",
    short: [3_000, 3],
    full: [10_000, 60],
    maxBytes: grown,
    check: (result, count) => assertEquals(result["opened"], count),
  },
  "headers without an end": {
    kind: "huge_headers",
    short: [3_000, 3],
    full: [10_000, 60],
    maxBytes: grown,
    check: (result, count) => assertEquals(result["opened"], count),
  },
  "bodies that come drop by drop": {
    kind: "drips",
    short: [500, 3],
    full: [2_000, 60],
    maxBytes: grown,
    check: () => {},
  },
  "made-up paths and methods": {
    kind: "made_up",
    short: [2_000, 2],
    full: [10_000, 60],
    maxBytes: grown,
    check: (result) => assert(result["404"]! > 100 && result["401"]! > 100, "nobody was refused"),
  },
};

for (const [name, { kind, short, full, maxBytes, check }] of Object.entries(FLOODS)) {
  const [count, seconds] = FULL ? full : short;
  testUnless(
    Deno.build.os !== "linux" && "it reads /proc",
    `a flood of ${name} leaves good pushes, memory and metrics alone`,
    async () => {
      await using receiver = await Receiver.start();
      assertEquals(await receiver.push("/metrics/good/0", "good 1\n"), 204);
      const before = await look(receiver);

      await using load = new RunningProcess(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          LOAD,
          kind,
          ...[receiver.pushPort, count, seconds].map(String),
        ],
        env: { TOKEN: receiver.token },
      });
      const latencies = await pushUntil(load.status, receiver);
      const result: FloodResult = JSON.parse(load.output.trim().split("\n").at(-1)!);
      const peakBytes = await resident(receiver, "VmHWM");
      if (kind === "bodies") await forget(receiver, count);
      const after = await look(receiver);

      const p99Ms = latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)]!;
      if (FULL) {
        const rest = await restingBytes(receiver);
        console.log(
          `${name}: ${JSON.stringify(result)}; ${latencies.length} good pushes, p99 ` +
            `${Math.round(p99Ms)} ms; resident MiB before ${mib(before.bytes)}, peak ` +
            `${mib(peakBytes)}, after ${mib(after.bytes)}, at rest ${mib(rest)}; series ` +
            `${before.series.size}, then ${after.series.size}`,
        );
      }
      check(result, count);
      assert(p99Ms < MAX_P99_MS, `p99 of good pushes: ${Math.round(p99Ms)} ms`);
      assert(peakBytes < maxBytes(before.bytes), `peak of ${mib(peakBytes)} MiB`);
      const added = [...after.series].filter((each) => !before.series.has(each));
      assertEquals(added.filter((each) => !isPushed(each)), []);
    },
  );
}

testUnless(
  Deno.build.os === "windows" && "it has no ulimit",
  "more connections than files to be had leave good pushes alone, during and after",
  async () => {
    const token = newToken();
    const args = ["run", "--quiet", "--no-prompt", "--permission-set", "main.ts", "receiver"];
    const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
    await using receiver = new RunningProcess("/bin/sh", {
      args: ["-c", 'ulimit -n 400 && exec "$@"', "sh", Deno.execPath(), ...args, ...listen],
      cwd: PROJECT,
      env: { BEARER_TOKEN: token },
    });
    const [, address] = await receiver.waitForOutput(/listening.*\bpush\b.*address=([\d.:]+)/);
    const push = async () => {
      const headers = { Authorization: `Bearer ${token}`, Connection: "close" };
      const init = { method: "PUT", headers, body: "good 1\n", signal: AbortSignal.timeout(5_000) };
      const response = await fetch(`http://${address}/metrics/good/0`, init);
      await response.body?.cancel();
      return response.status;
    };
    const connections: Deno.TcpConn[] = [];
    try {
      for (let i = 0; i < 800; i++) {
        const port = Number(address!.split(":")[1]);
        connections.push(await Deno.connect({ hostname: "127.0.0.1", port }));
      }
      assertEquals(await push(), 204);
    } finally {
      for (const connection of connections) connection.close();
    }
    assertEquals(await push(), 204);
  },
);

/** Series of targets that were really pushed: not made up. */
function isPushed(series: string): boolean {
  return /target_job="(good|flood|drip)"/.test(series);
}

interface Look {
  readonly bytes: number;
  readonly series: ReadonlySet<string>;
}

async function look(receiver: Receiver): Promise<Look> {
  const { text } = await receiver.scrape("/metrics");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const series = new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" "))));
  return { bytes: await resident(receiver, "VmRSS"), series };
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

/** Memory half a minute later. */
async function restingBytes(receiver: Receiver): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  return await resident(receiver, "VmRSS");
}

/** A field of /proc/PID/status, in bytes. */
async function resident({ process }: Receiver, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${process.pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
}

function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
