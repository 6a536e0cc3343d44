// A sender with 1,000 pairs at 4 s, and after it Prometheus as an agent over the same
// sources: what each takes of this machine. Prints a Markdown table.
//
//   deno run -A bench/sender.ts [--seconds 60] [--pairs 1000] [--gzip]

import { parseArgs } from "node:util";
import { freePort } from "../tests/e2e/free_port.ts";
import { RunningProcess } from "../tests/e2e/processes.ts";
import { newToken, startPrompipe } from "../tests/e2e/prompipe.ts";
import { TempDir } from "../tests/e2e/temp_dir.ts";
import { part } from "../tests/parts.ts";
import { type Load, watch } from "./load.ts";
import { median } from "./resident.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    pairs: { type: "string", default: "1000" },
    gzip: { type: "boolean", default: false },
  },
});
const SECONDS = Number(values.seconds);
const PAIRS = Number(values.pairs);
const INTERVAL_S = 4;
/** For the first passes of everybody, and what is compiled in them. */
const WARM_UP_S = 3 * INTERVAL_S;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const prometheus = part("prometheus");
  if ("missing" in prometheus) throw new Error(prometheus.missing);
  await using folder = await TempDir.make();
  await using sources = await start("sources.ts", String(PAIRS), String(values.gzip));
  const [, ports] = await sources.waitForOutput(/ports (\S+)/, { timeoutMs: 60_000 });
  await using sink = await start("sink.ts");
  const [, sinkPort] = await sink.waitForOutput(/port (\d+)/);
  const addresses = ports!.split(",").map((port) => `127.0.0.1:${port}`);
  const asked = () => count(`http://${addresses[0]}/asked`);

  const rows: Row[] = [];
  {
    const config = await folder.write(
      "config.json",
      JSON.stringify({
        bearer_token: newToken(),
        interval: `${INTERVAL_S}s`,
        pairs: addresses.map((address, i) => ({
          source: `http://${address}/metrics`,
          destination: `http://127.0.0.1:${sinkPort}/metrics/bench/${i}`,
        })),
      }),
    );
    const args = ["--config", config, "--metrics-listen", "127.0.0.1:0"];
    await using sender = startPrompipe(["sender", ...args]);
    const [, address] = await sender.waitForOutput(/listening.*(127\.0\.0\.1:\d+)/);
    const load = await measure(sender.pid, asked);
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const skipped = sum(text, /^prompipe_sender_skipped_passes_total\{.*\} (\d+)$/gm);
    rows.push({ name: "prompipe sender", ...load, skipped: String(skipped) });
  }
  {
    const config = await folder.write("agent.yml", agentConfig(addresses, sinkPort!));
    const port = freePort();
    await using agent = new RunningProcess(prometheus.path, {
      args: [
        "--enable-feature=agent",
        `--config.file=${config}`,
        `--storage.agent.path=${folder.path}/agent`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      env: prometheus.env,
    });
    await agent.waitForOutput(/Server is ready/);
    const load = await measure(agent.pid, asked);
    rows.push({ name: "prometheus --enable-feature=agent", ...load, skipped: "not told" });
  }
  print(rows);
}

interface Row extends Load {
  readonly name: string;
  readonly scrapesPerSecond: number;
  readonly skipped: string;
}

async function measure(pid: number, asked: () => Promise<number>) {
  await new Promise((go) => setTimeout(go, WARM_UP_S * 1000));
  const before = await asked();
  const load = await watch(pid, SECONDS);
  return { ...load, scrapesPerSecond: (await asked() - before) / SECONDS };
}

function print(rows: readonly Row[]): void {
  const packed = values.gzip ? "gzipped by the source" : "not packed by the source";
  console.log(
    `${PAIRS} sources of 60 KB, ${packed}, each ${INTERVAL_S} s, for ${SECONDS} s; ` +
      `load of the machine ${Deno.loadavg().map((load) => load.toFixed(1)).join(" ")}\n`,
  );
  console.log("| | CPU (of one core) | resident, median | resident, most | scrapes/s | skipped |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const row of rows) {
    const cells = [
      row.name,
      `${(row.cpu * 100).toFixed(0)} %`,
      mebibytes(median(row.residentBytes)),
      mebibytes(Math.max(...row.residentBytes)),
      row.scrapesPerSecond.toFixed(1),
      row.skipped,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function agentConfig(targets: readonly string[], sinkPort: string): string {
  return JSON.stringify({ // YAML takes JSON
    global: { scrape_interval: `${INTERVAL_S}s`, scrape_timeout: `${INTERVAL_S}s` },
    scrape_configs: [{ job_name: "bench", static_configs: [{ targets }] }],
    remote_write: [{ url: `http://127.0.0.1:${sinkPort}/write` }],
  });
}

function start(script: string, ...args: string[]): Promise<RunningProcess> {
  const path = new URL(script, import.meta.url).pathname;
  return Promise.resolve(
    new RunningProcess(Deno.execPath(), { args: ["run", "--quiet", "-A", path, ...args] }),
  );
}

async function count(url: string): Promise<number> {
  return Number(await (await fetch(url)).text());
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
