// What scrapes many sources and sends on what they say: prompipe's sender, and Prometheus
// as an agent.

import { freePort } from "../tests/e2e/free_port.ts";
import { RunningProcess } from "../tests/e2e/processes.ts";
import { newToken } from "../tests/e2e/prompipe.ts";
import type { TempDir } from "../tests/e2e/temp_dir.ts";
import type { Part } from "../tests/parts.ts";
import type { Program } from "./program.ts";

export interface Job {
  /** All with the same path and query. */
  readonly sources: readonly string[];
  readonly intervalMs: number;
  /** Takes whatever is sent. */
  readonly sinkAddress: string;
  readonly folder: TempDir;
}

export interface Contender {
  readonly name: string;
  start(job: Job): Promise<RunningProcess>;
}

export function prompipe(name: string, program: Program): Contender {
  return {
    name,
    async start({ sources, intervalMs, sinkAddress, folder }) {
      const pairs = sources.map((source, i) => ({
        source,
        destination: `http://${sinkAddress}/metrics/bench/${i}`,
      }));
      const config = { bearer_token: newToken(), interval: `${intervalMs}ms`, pairs };
      const file = await folder.write(`${crypto.randomUUID()}.json`, JSON.stringify(config));
      return await program.start(["sender", "--config", file]);
    },
  };
}

/** Prometheus as an agent, with remote write. */
export function agent(name: string, { path, env }: Part): Contender {
  return {
    name,
    async start({ sources, intervalMs, sinkAddress, folder }) {
      const id = crypto.randomUUID();
      const { pathname, searchParams } = new URL(sources[0]!);
      const config = { // YAML takes JSON
        global: { scrape_interval: `${intervalMs}ms`, scrape_timeout: `${intervalMs}ms` },
        scrape_configs: [{
          job_name: "bench",
          metrics_path: pathname,
          params: Object.fromEntries([...searchParams].map(([name, value]) => [name, [value]])),
          static_configs: [{ targets: sources.map((source) => new URL(source).host) }],
        }],
        remote_write: [{ url: `http://${sinkAddress}/write` }],
      };
      const file = await folder.write(`${id}.yml`, JSON.stringify(config));
      const agent = new RunningProcess(path, {
        args: [
          "--enable-feature=agent",
          `--config.file=${file}`,
          `--storage.agent.path=${folder.path}/${id}`,
          `--web.listen-address=127.0.0.1:${freePort()}`,
        ],
        env,
      });
      try {
        await agent.waitForOutput(/Server is ready/);
        return agent;
      } catch (error) {
        await agent[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}
