// `deno task footprint [--minutes 10]`: what the portable file's receiver and sender
// keep in memory, beside an empty program with a timer on the same runtime. All of
// them run side by side; docs/footprint.md has figures.

import { join } from "@std/path";
import { parseArgs } from "node:util";
import { bundle } from "../build/bundle.ts";
import { buildPortable, parseArch } from "../build/portable.ts";
import { NodeExporter } from "../tests/e2e/node_exporter.ts";
import { RunningProcess } from "../tests/e2e/processes.ts";
import { newToken } from "../tests/e2e/prompipe.ts";
import { TempDir } from "../tests/e2e/temp_dir.ts";
import { part } from "../tests/parts.ts";
import { median, readResident, type Resident } from "./resident.ts";

const PROJECT = join(import.meta.dirname!, "..");
const PAIRS = 10;
const INTERVAL_MS = 4_000;
const MOST_OF_FLOOR = 1.5;

/** Name → what was read while the last fifth of the time went by. */
type Samples = Readonly<Record<string, Resident[]>>;

if (import.meta.main) {
  const minutes = parseMinutes();
  if (minutes === undefined) {
    console.error('Usage: deno task footprint [--minutes N], with a number above 0, such as "10"');
    Deno.exit(2);
  }
  const ratios = print(await measure(minutes * 60_000));
  Deno.exit(Math.max(...ratios) > MOST_OF_FLOOR ? 1 : 0);
}

function parseMinutes(): number | undefined {
  try {
    const options = { minutes: { type: "string", default: "10" } } as const;
    const minutes = Number(parseArgs({ options }).values.minutes);
    return minutes > 0 && Number.isFinite(minutes) ? minutes : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

async function measure(timeMs: number): Promise<Samples> {
  const found = part("node-exporter");
  if ("missing" in found) throw new Error(found.missing);
  await using folder = await TempDir.make();
  await using exporter = await NodeExporter.start(found);
  const file = join(folder.path, await buildPortable(parseArch([]), await build(), folder.path));
  const env = { PROMPIPE_CACHE_DIR: join(folder.path, "cache"), BEARER_TOKEN: newToken() };

  await using receiver = new RunningProcess(file, {
    args: ["receiver", "--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"],
    env,
  });
  const port = async (listener: string) =>
    (await receiver.waitForOutput(new RegExp(`listening.*${listener}.*127\\.0\\.0\\.1:(\\d+)`)))[1];
  const [push, scrape] = [await port("push"), await port("scrape")];

  const paths = Array.from({ length: PAIRS }, (_, i) => `/metrics/node/machine-${i}`);
  const pairs = paths.map((path) => (
    { source: exporter.url, destination: `http://127.0.0.1:${push}${path}` }
  ));
  const config = join(folder.path, "config.json");
  await Deno.writeTextFile(config, JSON.stringify({ bearer_token: env.BEARER_TOKEN, pairs }));
  await using sender = new RunningProcess(file, { args: ["sender", "--config", config], env });

  const empty = join(folder.path, "empty.js");
  await Deno.writeTextFile(empty, "setInterval(() => {}, 1000);");
  const runtime = await Deno.realPath(`/proc/${receiver.pid}/exe`);
  await using floor = new RunningProcess(runtime, { args: ["run", "--no-config", empty] });

  const running = { "empty program": floor, receiver, sender };
  const samples = Object.fromEntries(Object.keys(running).map((name) => [name, []]));
  const startMs = performance.now();
  for (let passedMs = 0; passedMs < timeMs; passedMs = performance.now() - startMs) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    await Promise.all(paths.map((path) => scrapeOnce(`http://127.0.0.1:${scrape}${path}`)));
    if (passedMs < timeMs * 0.8) continue;
    for (const [name, { pid }] of Object.entries(running)) {
      (samples as Record<string, Resident[]>)[name]!.push(await readResident(pid));
    }
  }
  return samples;
}

async function build() {
  return await bundle(PROJECT, undefined);
}

async function scrapeOnce(url: string): Promise<void> {
  const response = await fetch(url);
  await response.bytes();
  // The sender's first passes are spread over its interval of 4 s.
  if (response.status !== 200 && response.status !== 404) {
    throw new Error(`"${url}" answered ${response.status}`);
  }
}

/** Prints a table and returns the ratios to the empty program. */
function print(samples: Samples): number[] {
  const middle = (name: string, key: keyof Resident) =>
    median(samples[name]!.map((each) => each[key])) / 1e6;
  const floor = middle("empty program", "all");
  console.log("| | resident, MB | of that in no file, MB | of the empty program |");
  console.log("| --- | --- | --- | --- |");
  return Object.keys(samples).map((name) => {
    const all = middle(name, "all");
    const anonymous = middle(name, "anonymous").toFixed(1);
    console.log(`| ${name} | ${all.toFixed(1)} | ${anonymous} | ${(all / floor).toFixed(2)} |`);
    return all / floor;
  });
}
