// A real node exporter on a port of its own.

import type { Part } from "../parts.ts";
import { freePort } from "./free_port.ts";
import { RunningProcess } from "./processes.ts";

export class NodeExporter implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly port: number;

  private constructor(process: RunningProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  /** Starts one and waits until it listens. */
  static async start(part: Part, port: number = freePort()): Promise<NodeExporter> {
    const process = new RunningProcess(part.path, {
      args: [`--web.listen-address=127.0.0.1:${port}`],
      env: part.env,
    });
    try {
      await process.waitForOutput(/TLS is disabled|Listening on/);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
    return new NodeExporter(process, port);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `http://${this.address}/metrics`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
