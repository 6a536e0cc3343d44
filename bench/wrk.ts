// Load over HTTP by wrk: the same request over and over, each connection as fast as it is
// answered.

import { RunningProcess } from "../tests/e2e/processes.ts";
import { part } from "../tests/parts.ts";
import { TempDir } from "../tests/e2e/temp_dir.ts";

/** A request that is repeated. */
export interface Exchange {
  readonly method: "GET" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export interface LoadOptions {
  readonly connections: number;
  /** A whole number. */
  readonly seconds: number;
}

/** What came of it. */
export interface LoadReport {
  /** Answered whole, with a status below 400. */
  readonly requests: number;
  readonly perSecond: number;
  /** Seconds that half, and 99 of 100 of the requests took at most. */
  readonly p50: number;
  readonly p99: number;
  /** Connections that failed, answers that were cut or late, statuses from 400 on. */
  readonly failures: number;
}

/** Larger than any run is long: who waits is late, and not lost. */
const TIMEOUT_S = 300;

/** Why it can't be used here; undefined: it can. */
export function whyNoWrk(): string | undefined {
  const found = part("wrk");
  return "missing" in found ? found.missing : undefined;
}

/** Loads a server for so long. */
export async function load(
  exchange: Exchange,
  { connections, seconds }: LoadOptions,
): Promise<LoadReport> {
  const wrk = part("wrk");
  if ("missing" in wrk) throw new Error(wrk.missing);
  await using folder = await TempDir.make();
  const script = await folder.write("load.lua", await lua(exchange, folder));
  await using process = new RunningProcess(wrk.path, {
    args: [
      ...["--threads", "1", "--connections", String(connections)],
      ...["--duration", `${seconds}s`, "--timeout", `${TIMEOUT_S}s`],
      ...["--script", script, exchange.url],
    ],
    env: wrk.env,
  });
  await process.status;
  const report = /^report (.*)$/m.exec(process.output)?.[1];
  if (report === undefined) throw new Error(`wrk ended without a report: ${process.output}`);
  const { requests, refused, failed, microseconds, p50, p99 } = JSON.parse(report);
  return {
    requests: requests - refused,
    perSecond: (requests - refused) / (microseconds / 1e6),
    p50: p50 / 1e6,
    p99: p99 / 1e6,
    failures: refused + failed,
  };
}

/** The request stands in a file that others can't read: it may hold a token. */
async function lua({ method, headers, body }: Exchange, folder: TempDir): Promise<string> {
  const lines = [`wrk.method = ${quoted(method)}`];
  for (const [name, value] of Object.entries(headers)) {
    lines.push(`wrk.headers[${quoted(name)}] = ${quoted(value)}`);
  }
  if (body !== undefined) {
    const path = `${folder.path}/body`;
    await Deno.writeFile(path, body);
    lines.push(`wrk.body = io.open(${quoted(path)}, "rb"):read("*a")`);
  }
  return `${lines.join("\n")}\n${DONE}`;
}

/** JSON's strings are Lua's, as long as they are ASCII without control characters. */
function quoted(text: string): string {
  if (!/^[ -~]*$/.test(text)) throw new Error(`Cannot say "${text}" in Lua`);
  return JSON.stringify(text);
}

// All times are microseconds.
const DONE = `
function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'report {"requests":%d,"refused":%d,"failed":%d,"microseconds":%d,"p50":%d,"p99":%d}',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
`;
