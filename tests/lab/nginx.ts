// nginx as an ingress before receivers, with the timeouts that it has by default.

import type { Part } from "../parts.ts";
import { freePort } from "../e2e/free_port.ts";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";

/** One server of an nginx. */
export interface NginxServer {
  readonly upstreamPort: number;
  /** Passes WebSockets. */
  readonly upgrades?: boolean;
  /** Paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const UPGRADE = `
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";`;

/** A master and its workers. */
export class Nginx implements AsyncDisposable {
  /** Of its servers, in their order. */
  readonly ports: readonly number[];
  readonly #part: Part;
  readonly #folder: TempDir;
  readonly #config: string;
  #master: RunningProcess;

  private constructor(
    part: Part,
    { folder, config, ports }: {
      readonly folder: TempDir;
      readonly config: string;
      readonly ports: readonly number[];
    },
  ) {
    this.#part = part;
    this.#folder = folder;
    this.#config = config;
    this.ports = ports;
    this.#master = this.#run();
  }

  static async start(part: Part, servers: readonly NginxServer[]): Promise<Nginx> {
    const folder = await TempDir.make();
    const ports = servers.map(() => freePort());
    const text = configOf(
      folder.path,
      servers.map((server, i) => ({ ...server, port: ports[i]! })),
    );
    const config = await folder.write("nginx.conf", text);
    const nginx = new Nginx(part, { folder, config, ports });
    await nginx.#listening();
    return nginx;
  }

  /** One line for each request that has ended: method, path, status. */
  async requests(): Promise<string[]> {
    return (await Deno.readTextFile(`${this.#folder.path}/access.log`)).trimEnd().split("\n");
  }

  /** Starts new workers; the old ones keep what is open. */
  async reload(): Promise<void> {
    const before = await this.#workers();
    this.#master.signal("SIGHUP");
    await waitFor(async () => {
      const workers = await this.#workers();
      if (workers.every((pid) => before.includes(pid))) throw new Error("no new worker");
    }, { timeoutMs: 10_000, what: "nginx to reload" });
  }

  /** All of it is gone at once. */
  async kill(): Promise<void> {
    const workers = await this.#workers();
    this.#master.signal("SIGKILL");
    for (const pid of workers) kill(pid);
    await this.#master.status;
  }

  /** Comes back after a kill. */
  async again(): Promise<void> {
    this.#master = this.#run();
    await this.#listening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#folder[Symbol.asyncDispose]();
  }

  #run(): RunningProcess {
    const { path, env } = this.#part;
    const args = ["-c", this.#config, "-p", this.#folder.path, "-e", "stderr"];
    return new RunningProcess(path, { args, env });
  }

  #listening(): Promise<void> {
    return waitFor(async () => {
      for (const port of this.ports) (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    }, { timeoutMs: 10_000, what: `nginx to listen; ${this.#master.output}` });
  }

  async #workers(): Promise<number[]> {
    const { pid } = this.#master;
    try {
      const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
      return text.split(" ").filter(Boolean).map(Number);
    } catch {
      return []; // it is gone
    }
  }
}

function configOf(folder: string, servers: readonly (NginxServer & { port: number })[]): string {
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`);
  return `daemon off;
pid ${folder}/nginx.pid;
${Deno.uid() === 0 ? "user root;" : ""}
worker_processes 1;
error_log stderr warn;
events {}
http {
  log_format short '$request_method $uri $status';
  access_log ${folder}/access.log short;
${temp.join("\n")}
${servers.map(serverOf).join("\n")}
}
`;
}

function serverOf({ port, upstreamPort, upgrades = true, tls }: NginxServer & { port: number }) {
  const certificate = tls === undefined
    ? ""
    : `\n    ssl_certificate ${tls.cert};\n    ssl_certificate_key ${tls.key};`;
  return `  server {
    listen 127.0.0.1:${port}${tls === undefined ? "" : " ssl"};${certificate}
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};${upgrades ? UPGRADE : ""}
    }
  }`;
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}
