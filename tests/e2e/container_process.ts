// A container as engines run one: from an unpacked image, by what the image says. Its
// root file system is read-only, its network its own.

import { assert } from "@std/assert";
import type { Part } from "../parts.ts";
import type { ImageConfig } from "./container_images.ts";
import { type Result, Runc, type RuntimeConfig, runToEnd } from "./container_runc.ts";
import type { RunningProcess } from "./processes.ts";
import { waitFor } from "./wait_for.ts";

const START_MS = 15_000;

/** Why no container can be run here; undefined: it can. */
export function whyNoContainer(): string | undefined {
  if (Deno.build.os !== "linux") return "it takes Linux";
  if (Deno.uid() !== 0) return "it takes root, to build an image and run it";
  const { success } = new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--fork", "--net", "true"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "it takes the right to make containers, which root lacks here";
}

export interface ContainerOptions {
  /** The unpacked image. */
  readonly root: string;
  readonly config: ImageConfig;
  /** In the place of the image's own command. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of this machine by their path in the container, where they are read-only. */
  readonly files?: Readonly<Record<string, string>>;
  /** The container whose network it shares. */
  readonly beside?: Container;
}

/** Runs a command of the image to its end. */
export async function runContainer(part: Part, options: ContainerOptions): Promise<Result> {
  await using runc = await Runc.start(part, runtimeConfig(options));
  const { code } = await runc.process.status;
  return { code, output: runc.process.output };
}

/** A container that stays until it is stopped. */
export class Container implements AsyncDisposable {
  readonly #runc: Runc;
  readonly #pid: number;
  readonly #config: ImageConfig;

  private constructor(runc: Runc, pid: number, config: ImageConfig) {
    this.#runc = runc;
    this.#pid = pid;
    this.#config = config;
  }

  static async start(part: Part, options: ContainerOptions): Promise<Container> {
    const runc = await Runc.start(part, runtimeConfig(options));
    try {
      const pid = await waitFor(async () => {
        const { code, output } = await runc.run("state");
        assert(code === 0, output + runc.process.output);
        const { status, pid } = JSON.parse(output);
        assert(status === "running", `${status}: ${runc.process.output}`);
        return pid;
      }, { timeoutMs: START_MS, what: "the container to run" });
      return new Container(runc, pid, options.config);
    } catch (error) {
      await runc[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** It prints what the container prints, and ends as the container does. */
  get process(): RunningProcess {
    return this.#runc.process;
  }

  /** Runs what the image gives as its health check. */
  async checkHealth(): Promise<Result> {
    const [kind, ...command] = this.#config.Healthcheck.Test;
    assert(kind === "CMD", "the health check takes a shell");
    return await this.#runc.run("exec", ...command);
  }

  /** A line of the kernel's, such as `Uid`, about the container's first process. */
  async status(name: string): Promise<string | undefined> {
    const text = await Deno.readTextFile(`/proc/${this.#pid}/status`);
    return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1];
  }

  /** The options with which a path is mounted in the container. */
  async mountOptions(path: string): Promise<readonly string[]> {
    const lines = (await Deno.readTextFile(`/proc/${this.#pid}/mountinfo`)).split("\n");
    return lines.map((line) => line.split(" ")).findLast((fields) => fields[4] === path)?.[5]
      ?.split(",") ?? [];
  }

  /** Asks an HTTP server on the container's loopback. */
  async fetch(
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number; text: string }> {
    const program = `
      const response = await fetch(Deno.args[0], JSON.parse(Deno.args[1]));
      console.log(JSON.stringify({ status: response.status, text: await response.text() }));`;
    const { code, output } = await runToEnd([
      ...["nsenter", "--net", "--target", String(this.#pid), "--"],
      ...[Deno.execPath(), "eval", "--quiet", program, url, JSON.stringify(init)],
    ]);
    assert(code === 0, output);
    return JSON.parse(output);
  }

  /** Sends the image's stop signal, as engines do, and waits for the end. */
  async stop(): Promise<Deno.CommandStatus> {
    return await this.process.end(this.#config.StopSignal);
  }

  /** The namespace of its network. */
  get networkPath(): string {
    return `/proc/${this.#pid}/ns/net`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runc[Symbol.asyncDispose]();
  }
}

/** What Docker makes of `--read-only --cap-drop=ALL --security-opt=no-new-privileges`. */
function runtimeConfig(options: ContainerOptions): RuntimeConfig {
  const { root, config, args = config.Cmd, env = {}, files = {}, beside } = options;
  const [uid, gid] = config.User.split(":").map(Number);
  return {
    ociVersion: "1.0.2",
    root: { path: root, readonly: true },
    process: {
      args: [...config.Entrypoint, ...args],
      env: [...config.Env ?? [], ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      cwd: config.WorkingDir,
      user: { uid, gid },
      capabilities: {},
      noNewPrivileges: true,
    },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755"] },
      ...Object.entries(files).map(([destination, source]) => (
        { destination, type: "bind", source, options: ["bind", "ro"] }
      )),
    ],
    linux: {
      namespaces: [
        ...["pid", "mount", "ipc", "uts"].map((type) => ({ type })),
        { type: "network", ...(beside === undefined ? {} : { path: beside.networkPath }) },
      ],
      sysctl: beside === undefined ? { "net.ipv4.ip_unprivileged_port_start": "0" } : {},
    },
  };
}
