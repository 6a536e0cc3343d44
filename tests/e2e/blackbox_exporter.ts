// A real blackbox exporter on a port of its own.

import type { Part } from "../parts.ts";
import { freePort } from "./free_port.ts";
import { RunningProcess } from "./processes.ts";
import { TempDir } from "./temp_dir.ts";

export class BlackboxExporter implements AsyncDisposable {
  readonly #process: RunningProcess;
  readonly #folder: TempDir;
  readonly address: string;

  private constructor(process: RunningProcess, folder: TempDir, address: string) {
    this.#process = process;
    this.#folder = folder;
    this.address = address;
  }

  /** One whose only module is `http_2xx`. */
  static async start(part: Part): Promise<BlackboxExporter> {
    const folder = await TempDir.make();
    const modules = { http_2xx: { prober: "http", http: { preferred_ip_protocol: "ip4" } } };
    // YAML takes JSON.
    const config = await folder.write("blackbox.yml", JSON.stringify({ modules }));
    const address = `127.0.0.1:${freePort()}`;
    const process = new RunningProcess(part.path, {
      // Of what little time the tests' Prometheus gives it, it would give most back.
      args: [`--config.file=${config}`, `--web.listen-address=${address}`, "--timeout-offset=0.1"],
      env: part.env,
    });
    const exporter = new BlackboxExporter(process, folder, address);
    try {
      await process.waitForOutput(/Listening on/);
    } catch (error) {
      await exporter[Symbol.asyncDispose]();
      throw error;
    }
    return exporter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
