// Images, made and looked into with a real buildah that has a store of its own.

import { assert } from "@std/assert";
import { join } from "@std/path";
import type { Part } from "../parts.ts";
import { TempDir } from "./temp_dir.ts";

/** What an image says about how it is run. */
export interface ImageConfig {
  readonly User: string;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Env: readonly string[] | null;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly StopSignal: Deno.Signal;
}

export class Images implements AsyncDisposable {
  readonly #folder: TempDir;
  readonly #command: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: TempDir, command: readonly string[], env: Record<string, string>) {
    this.#folder = folder;
    this.#command = command;
    this.#env = env;
  }

  /** A store without images. Takes root. */
  static async make(buildah: Part): Promise<Images> {
    const folder = await TempDir.make();
    const { path } = folder;
    await folder.write("policy.json", '{ "default": [{ "type": "insecureAcceptAnything" }] }');
    await folder.write("registries.conf", "");
    const command = [
      ...withLibraries(buildah),
      ...[buildah.path, "--storage-driver=vfs", `--root=${path}/store`, `--runroot=${path}/run`],
      `--registries-conf=${path}/registries.conf`,
    ];
    return new Images(folder, command, { ...buildah.env, TMPDIR: path });
  }

  /** Makes an image of what is in a folder. */
  async commit(
    folder: string,
    name: string,
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    const container = await this.#run(["from", this.#policy, "scratch"]);
    await this.#run(["add", container, folder, "/"]);
    const variables = Object.entries(env).map(([key, value]) => `--env=${key}=${value}`);
    await this.#run(["config", ...variables, container]);
    await this.#run(["commit", "--quiet", this.#policy, "--rm", container, name]);
  }

  /** Builds the Dockerfile in a folder. */
  async build(
    context: string,
    name: string,
    buildArgs: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.#run([
      ...["bud", this.#policy, "--isolation=chroot", "--format=docker", "--pull=false"],
      ...Object.entries(buildArgs).map(([key, value]) => `--build-arg=${key}=${value}`),
      ...[`--tag=${name}`, context],
    ]);
  }

  async config(name: string): Promise<ImageConfig> {
    const text = await this.#run(["inspect", "--type=image", name]);
    return JSON.parse(text).Docker.config;
  }

  /** What is sent to pull the image: its gzipped layers and their manifest. */
  async compressedBytes(name: string): Promise<number> {
    await using folder = await TempDir.make();
    await this.#run(["push", "--quiet", this.#policy, name, `oci:${folder.path}/image`]);
    const blobs = join(folder.path, "image/blobs/sha256");
    let bytes = 0;
    for await (const { name } of Deno.readDir(blobs)) {
      bytes += (await Deno.stat(join(blobs, name))).size;
    }
    return bytes;
  }

  /** Unpacks the image into a folder of its own, which lives as long as the store. */
  async unpack(name: string): Promise<string> {
    const container = await this.#run(["from", this.#policy, "--pull-never", name]);
    return await this.#run(["mount", container]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  get #policy(): string {
    return `--signature-policy=${this.#folder.path}/policy.json`;
  }

  async #run(args: readonly string[]): Promise<string> {
    const [program, ...before] = this.#command;
    const { success, stdout, stderr } = await new Deno.Command(program!, {
      args: [...before, ...args],
      env: this.#env,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    assert(success, `buildah ${args.join(" ")} failed:\n${text(stdout)}\n${text(stderr)}`);
    return text(stdout);
  }
}

// It starts itself again with an empty environment: its libraries have to be where
// every program's are. They are laid over that folder, for this process alone.
function withLibraries({ env }: Part): string[] {
  const libraries = env.LD_LIBRARY_PATH;
  if (!libraries) return [];
  const folder = `/usr/lib/${Deno.build.arch}-linux-gnu`;
  const mount = `mount -t overlay overlay -o "lowerdir=$0:${folder}" ${folder} && exec "$@"`;
  return ["unshare", "--mount", "--propagation=private", "sh", "-c", mount, libraries];
}
