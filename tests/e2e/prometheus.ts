// A real Prometheus with a config and a database of its own, and its HTTP API.

import { assertEquals } from "@std/assert";
import type { Part } from "../parts.ts";
import { freePort } from "./free_port.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

const TRIES = 3;

/** A target named in the config, a URL or files that name targets, or a whole job. */
export type ScrapeJob =
  | StaticJob
  | { readonly job: string; readonly discoveryUrl: string }
  | { readonly job: string; readonly files: readonly string[]; readonly params?: Params }
  | { readonly job: string; readonly config: Readonly<Record<string, unknown>> };

type Params = Readonly<Record<string, readonly string[]>>;

interface StaticJob {
  readonly job: string;
  /** `host:port` */
  readonly address: string;
  readonly path: string;
}

export type Labels = Readonly<Record<string, string>>;

/** What became of a target's last scrape. */
export interface TargetHealth {
  readonly labels: Labels;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

export class Prometheus implements AsyncDisposable {
  readonly #run: () => RunningProcess;
  readonly #folder: TempDir;
  readonly #port: number;
  #process: RunningProcess;

  private constructor(run: () => RunningProcess, folder: TempDir, port: number) {
    this.#run = run;
    this.#folder = folder;
    this.#port = port;
    this.#process = run();
  }

  get process(): RunningProcess {
    return this.#process;
  }

  /** One that scrapes the jobs so often; with more features than those of every test. */
  static async start(
    part: Part,
    jobs: readonly ScrapeJob[],
    { features = [], interval = "1s", args = [] }: {
      readonly features?: readonly string[];
      readonly args?: readonly string[];
      readonly interval?: string;
    } = {},
  ): Promise<Prometheus> {
    const folder = await TempDir.make();
    try {
      // YAML takes JSON.
      const config = await folder.write("prometheus.yml", JSON.stringify(configOf(jobs, interval)));
      // It can't pick a port itself, and the one we pick may be gone by then.
      for (let tries = 1;; tries++) {
        const port = freePort();
        const run = () =>
          new RunningProcess(part.path, {
            args: [
              `--config.file=${config}`,
              `--storage.tsdb.path=${folder.path}/data-${tries}`,
              ...args,
              `--web.listen-address=127.0.0.1:${port}`,
              `--enable-feature=${["exemplar-storage", ...features].join(",")}`,
            ],
            cwd: folder.path,
            env: part.env,
          });
        const prometheus = new Prometheus(run, folder, port);
        try {
          await prometheus.#ready();
          return prometheus;
        } catch (error) {
          await prometheus.process[Symbol.asyncDispose]();
          const taken = prometheus.process.output.includes("address already in use");
          if (!taken || tries === TRIES) throw error;
        }
      }
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Ends it with the signal, and starts it anew with what it has stored. */
  async restart(signal: Deno.Signal): Promise<void> {
    await this.#process.end(signal);
    this.#process = this.#run();
    await this.#ready();
  }

  /** The labels of every series that an instant query finds just now, and its value. */
  async query(query: string): Promise<{ labels: Labels; value: string }[]> {
    const data = await this.#get("query", { query }) as {
      result: { metric: Labels; value: [number, string] }[];
    };
    return data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
  }

  /** Every sample of the last hour: when it was scraped, in seconds since 1970, and its value. */
  async samples(selector: string): Promise<{ labels: Labels; samples: [number, number][] }[]> {
    const data = await this.#get("query", { query: `${selector}[1h]` }) as {
      result: { metric: Labels; values: [number, string][] }[];
    };
    return data.result.map(({ metric, values }) => ({
      labels: metric,
      samples: values.map(([atS, value]) => [atS, Number(value)]),
    }));
  }

  /** What it scrapes, with the labels that its series get. */
  async targets(): Promise<{ scrapeUrl: string; labels: Labels }[]> {
    const data = await this.#get("targets", { state: "active" }) as {
      activeTargets: { scrapeUrl: string; labels: Labels }[];
    };
    return data.activeTargets.map(({ scrapeUrl, labels }) => ({ scrapeUrl, labels }));
  }

  /** All exemplars of the last ten minutes. */
  async exemplars(query: string): Promise<{ labels: Labels; value: string }[]> {
    const nowS = Date.now() / 1000;
    const data = await this.#get("query_exemplars", {
      query,
      start: String(nowS - 600),
      end: String(nowS + 600),
    }) as { exemplars: { labels: Labels; value: string }[] }[];
    return data.flatMap((series) => series.exemplars);
  }

  /** `up` of a job's only target; fails while there is none. */
  async up(job: string): Promise<string> {
    const found = await this.query(`up{job="${job}"}`);
    assertEquals(
      found.length,
      1,
      `number of targets in job "${job}": ${found.length}`,
    );
    return found[0]!.value;
  }

  /** What became of every target's last scrape. */
  async health(): Promise<readonly TargetHealth[]> {
    const data = await this.#get("targets", { state: "active" }) as {
      activeTargets: TargetHealth[];
    };
    return data.activeTargets;
  }

  async #ready(): Promise<void> {
    await this.#process.waitForOutput(/Server is ready to receive web requests/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #get(endpoint: string, params: Record<string, string>): Promise<unknown> {
    const query = new URLSearchParams(params);
    const response = await fetch(
      `http://127.0.0.1:${this.#port}/api/v1/${endpoint}?${query}`,
    );
    const answer = await response.json();
    assertEquals(answer.status, "success", JSON.stringify(answer));
    return answer.data;
  }
}

function configOf(jobs: readonly ScrapeJob[], interval: string): unknown {
  return {
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: jobs.map((job) => ({
      job_name: job.job,
      ...("config" in job
        ? job.config
        : "files" in job
        ? { params: job.params ?? {}, file_sd_configs: [{ files: job.files }] }
        : "discoveryUrl" in job
        ? { http_sd_configs: [{ url: job.discoveryUrl, refresh_interval: "1s" }] }
        : { metrics_path: job.path, static_configs: [{ targets: [job.address] }] }),
    })),
  };
}
