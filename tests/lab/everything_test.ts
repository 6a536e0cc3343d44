// All faults at once, by chance: what is served is whole and young while they last, and soon
// after all is as before. LAB_SEED=N takes the chances of a run that failed.

import { assert, assertEquals } from "@std/assert";
import { Receiver, startPrompipe } from "../e2e/prompipe.ts";
import type { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter } from "../fakes/exporter.ts";
import { type Fault, FaultProxy } from "../fakes/fault_proxy.ts";
import { chance } from "./chance.ts";
import { WallClock } from "./clock.ts";
import { numberOf, pathOf, PushLoad } from "./push_load.ts";
import { IS_LONG, noRoot, scenario } from "./scenario.ts";
import { SmallDisk } from "./small_disk.ts";
import { stopwatch } from "./stopwatch.ts";

const FAULTS_S = IS_LONG ? 180 : 6;
const INTERVAL_MS = 500;
const TIMEOUT_MS = 1_000;
const TTL_S = (3 * INTERVAL_MS + TIMEOUT_MS) / 1000;
/** How late a busy machine may be. */
const SLACK_S = 2;
const SOON_S = 30;
const PAIRS = 5;
const LOAD_TARGETS = 20;
const HOUR_S = 3_600;
const LINES = 400;
const NETWORK: readonly Fault[] = [
  { kind: "refuse" },
  { kind: "dead" },
  { kind: "slow", delayMs: 300 },
  { kind: "reset", afterBytes: 2_000 },
];

/** Says when it was made, in each of its lines. */
function body(): string {
  const nowS = performance.now() / 1000;
  return Array.from({ length: LINES }, (_, i) => `now{i="${i}"} ${nowS}\n`).join("");
}

/** When a body was made; it fails where it is not whole. */
function madeAtS(text: string): number {
  const lines = text.trimEnd().split("\n");
  const times = new Set(lines.map((line) => line.split(" ")[1]));
  assertEquals([lines.length, times.size], [LINES, 1], "half a body is served");
  return Number([...times][0]);
}

scenario({
  name: "everything-at-once",
  breaks: "receiver, senders, exporter, links, disk and clocks, at random and all at once",
  holds: "never half a body nor an old one; then all fresh within 30 s, and nothing lost",
  needs: ["faketime"],
  unless: noRoot,
  ci: true,
}, async (seen, { faketime }) => {
  const seed = Number(Deno.env.get("LAB_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  seen("seed", String(seed));
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await TempDir.make());
  const disk = stack.use(await SmallDisk.make("64m"));
  const clock = stack.use(await WallClock.make(faketime));
  const sendersClock = stack.use(await WallClock.make(faketime));
  const clocks = [clock, sendersClock];
  const exporter = stack.use(FakeExporter.start(() => new Response(body())));
  const counts: Record<string, number> = {};
  const count = (what: string) => counts[what] = (counts[what] ?? 0) + 1;
  const pause = (seconds: number) => new Promise((go) => setTimeout(go, seconds * 1000));

  const args = ["--state-dir", disk.path];
  const under = [...disk.under, ...clock.under];
  let receiver = await Receiver.start({ args, under });
  stack.defer(() => receiver[Symbol.asyncDispose]());
  const { token, pushPort, scrapePort } = receiver;
  const startReceiver = async () => {
    receiver = await Receiver.start({ token, pushPort, scrapePort, args, under });
  };

  const ways = await Promise.all(["http", "ws"].map(async (scheme) => {
    const proxy = stack.use(new FaultProxy(receiver.destination("/")));
    const paths = Array.from({ length: PAIRS }, (_, i) => `/metrics/${scheme}/${i}`);
    const config = await folder.write(
      `${scheme}.json`,
      JSON.stringify({
        bearer_token: token,
        interval: `${INTERVAL_MS}ms`,
        timeout: `${TIMEOUT_MS}ms`,
        pairs: paths.map((path) => ({
          source: exporter.url,
          destination: `${scheme}://127.0.0.1:${proxy.port}${path}`,
        })),
      }),
    );
    const start = () =>
      startPrompipe(["sender", "--config", config], {}, { under: sendersClock.under });
    const way = { proxy, paths, start, sender: start() as RunningProcess };
    stack.defer(() => way.sender[Symbol.asyncDispose]());
    return way;
  }));
  const paths = ways.flatMap((way) => way.paths);

  /** Scrapes all, and fails where one serves what it should not; tells which are fresh. */
  let oldestS = 0;
  const look = async (): Promise<number> => {
    let fresh = 0;
    for (const path of paths) {
      const { status, text } = await receiver.scrape(path);
      assert([200, 404, 502, 503].includes(status), `${path}: ${status} ${text}`);
      if (status !== 200) continue;
      count("scrapes with a body");
      const ageS = performance.now() / 1000 - madeAtS(text);
      oldestS = Math.max(oldestS, ageS);
      assert(ageS < TTL_S + SLACK_S, `${path} serves what is ${ageS} s old (seed ${seed})`);
      if (ageS < TTL_S) fresh++;
    }
    for (let target = 0; target < LOAD_TARGETS; target++) {
      const { status, text } = await receiver.scrape(pathOf(target));
      if (status !== 200) continue;
      assert(numberOf(text) !== undefined, `half a body is served (seed ${seed})`);
    }
    return fresh;
  };
  const allFresh = () =>
    waitFor(async () => assertEquals(await look(), paths.length, "fresh targets"), {
      timeoutMs: 4 * SOON_S * 1000,
      what: `all targets to be fresh (seed ${seed})`,
    });
  await allFresh();

  const load = new PushLoad(LOAD_TARGETS, { pauseMs: 20 });
  const since = stopwatch();
  let isBroken = false;
  const isOver = () => isBroken || since() > FAULTS_S;
  load.start({ push: (path, body) => receiver.push(path, body) });

  const processes = async () => {
    const dice = chance(seed + 0);
    while (!isOver()) {
      await pause(dice.between(0.3, 3));
      const what = dice.of(["receiver killed", "receiver stopped", "sender killed", "exporter"]);
      count(what);
      if (what === "exporter") {
        exporter.behaviour = dice.of([
          { kind: "hang" },
          { kind: "answer", respond: () => new Response("no\n", { status: 500 }) },
        ]);
        await pause(dice.between(0.1, 3));
        exporter.behaviour = { kind: "answer", respond: () => new Response(body()) };
      } else if (what === "sender killed") {
        const way = dice.of(ways);
        await way.sender.end("SIGKILL");
        await pause(dice.between(0, 3));
        way.sender = way.start();
      } else {
        await receiver.process.end(what === "receiver killed" ? "SIGKILL" : "SIGTERM");
        await pause(dice.between(0, 2));
        await startReceiver();
      }
    }
  };
  const network = async () => {
    const dice = chance(seed + 1);
    while (!isOver()) {
      await pause(dice.between(0.1, 2));
      count("link broken");
      const { proxy } = dice.of(ways);
      proxy.fault = dice.of(NETWORK);
      await pause(dice.between(0.1, 4));
      proxy.fault = { kind: "none" };
    }
  };
  const surroundings = async () => {
    const dice = chance(seed + 2);
    while (!isOver()) {
      await pause(dice.between(0.3, 3));
      const what = dice.of(["disk filled", "clock set", "clock set"]);
      count(what);
      if (what === "disk filled") {
        await disk.fill();
        await pause(dice.between(0.5, 4));
        await disk.free();
      } else await dice.of(clocks).set(dice.of([-HOUR_S, 0, HOUR_S]));
    }
  };
  const watching = async () => {
    while (!isOver()) {
      // While it is gone nobody is served anything.
      await look().catch((error) => {
        if (!(error instanceof TypeError)) throw error;
      });
      await pause(0.05);
    }
  };
  const lanes = [processes(), network(), surroundings(), watching()];
  for (const lane of lanes) lane.catch(() => isBroken = true);
  await Promise.allSettled(lanes);
  await Promise.all(lanes);

  for (const each of clocks) await each.set(0);
  const sinceMended = stopwatch();
  await allFresh();
  const freshS = sinceMended();
  // What is answered for now is kept, whatever was before.
  const taken = load.takenMs.map((times) => Object.keys(times).length);
  await waitFor(() => {
    for (const [target, times] of load.takenMs.entries()) {
      assert(Object.keys(times).length > taken[target]!, `target ${target}`);
    }
  }, { timeoutMs: SOON_S * 1000, what: "pushes of all targets" });
  const { code } = await receiver.process.end("SIGTERM");
  await load.stop();
  assertEquals(code, 0, receiver.process.output);
  const answered = load.taken;
  await startReceiver();
  await load.check(receiver, load.newest());

  for (const [what, times] of Object.entries(counts)) seen(what, times, "times");
  seen("pushes answered 204", answered);
  seen("oldest body served", oldestS, `s, of ${TTL_S}`);
  seen("all fresh again after", freshS, "s");
  seen("lost", 0);
  assert(freshS < SOON_S, `all were fresh after ${freshS} s only (seed ${seed})`);
});
