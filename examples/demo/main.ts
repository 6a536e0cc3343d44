// `deno task demo`: a receiver and a sender on free loopback ports, and something
// real to pipe: a node exporter where one answers, else what the two say of themselves.

import { parseArgs } from "node:util";
import { parseDuration } from "../../protocol/mod.ts";
import { freePort, startPrompipe } from "./children.ts";
import { readTargets, TargetView } from "./view.ts";

const NODE_EXPORTER = "http://127.0.0.1:9100/metrics";
const INTERVAL = "2s";
const REFRESH_MS = 1000;

/** Runs the demo; 0, or 1 where nothing came through, or 2 for bad arguments. */
async function demo(args: string[]): Promise<number> {
  const durationMs = readDuration(args);
  if (durationMs === undefined) {
    console.error('Usage: deno task demo [--for DURATION], with a duration such as "10s"');
    return 2;
  }
  const stopped = new AbortController();
  Deno.addSignalListener("SIGINT", () => stopped.abort());
  Deno.addSignalListener("SIGTERM", () => stopped.abort());
  if (durationMs > 0) setTimeout(() => stopped.abort(), durationMs);

  const token = crypto.randomUUID();
  const loopback = "127.0.0.1:0";
  await using receiver = startPrompipe(
    ["receiver", "--push-listen", loopback, "--scrape-listen", loopback],
    { BEARER_TOKEN: token },
  );
  const pushPort = await receiver.port("push");
  const scrapePort = await receiver.port("scrape");
  const metricsPort = freePort();

  const sources = await answers(NODE_EXPORTER) ? { node: NODE_EXPORTER } : {
    receiver: `http://127.0.0.1:${scrapePort}/metrics`,
    sender: `http://127.0.0.1:${metricsPort}/metrics`,
  };
  await using config = await TemporaryConfig.write({
    bearer_token: token,
    interval: INTERVAL,
    pairs: Object.entries(sources).map(([instance, source]) => ({
      source,
      destination: `http://127.0.0.1:${pushPort}/metrics/demo/${instance}`,
    })),
  });
  await using sender = startPrompipe(
    ["sender", "--config", config.path, "--metrics-listen", `127.0.0.1:${metricsPort}`],
    {},
  );

  for (const child of [receiver, sender]) child.ended.then(() => stopped.abort());
  const instances = Object.keys(sources);
  explain(Object.values(sources), instances, scrapePort);
  const view = new TargetView();
  let cameThrough = false;
  while (!stopped.signal.aborted) {
    const targets = await readTargets(instances, { scrapePort, metricsPort });
    cameThrough ||= targets.some((target) => target.bytes !== undefined);
    view.show(targets);
    await pause(REFRESH_MS, stopped.signal);
  }
  return cameThrough ? 0 : 1;
}

/** 0 for until Ctrl-C. */
function readDuration(args: string[]): number | undefined {
  try {
    const { values } = parseArgs({ args, options: { for: { type: "string" } } });
    return values.for === undefined ? 0 : parseDuration(values.for) || undefined;
  } catch {
    return undefined;
  }
}

function explain(sources: readonly string[], instances: readonly string[], scrapePort: number) {
  const [first = ""] = instances;
  console.log(`Piping, every ${INTERVAL}:
${sources.map((source) => `  ${source}`).join("\n")}

Look at what Prometheus would get:
  curl ${instances.map((it) => `http://127.0.0.1:${scrapePort}/metrics/demo/${it}`).join(" ")}

For prometheus.yml:
  scrape_configs:
    - job_name: demo
      metrics_path: /metrics/demo/${first}
      static_configs:
        - targets: ["127.0.0.1:${scrapePort}"]

Ctrl-C ends it.
`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}

/** A config file that is gone with the demo. */
class TemporaryConfig implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async write(config: unknown): Promise<TemporaryConfig> {
    const path = await Deno.makeTempFile({ prefix: "prompipe-demo-", suffix: ".json" });
    await Deno.writeTextFile(path, JSON.stringify(config));
    return new TemporaryConfig(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path);
  }
}

if (import.meta.main) Deno.exit(await demo(Deno.args));
