// What systemd itself makes of the units, for paths and words of every kind.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { installReceiver, installSender } from "../../systemd/mod.ts";
import { type Part, testWithParts } from "../parts.ts";

const WORST_EXPOSURE = 2.0;
const UNITS = ["prompipe-sender.service", "prompipe-receiver.service"];

testWithParts("systemd-analyze verify accepts the units", ["systemd-analyze"], async (parts) => {
  for (const name of ["plain", "with space", "100% $HOME ${X}", "bücher;x"]) {
    await using folder = await Units.install(name);
    for (const unit of UNITS) {
      assertEquals(await folder.analyze(parts["systemd-analyze"], "verify", unit), {
        code: 0,
        output: "",
      });
    }
  }
});

testWithParts("systemd-analyze security rates the units", ["systemd-analyze"], async (parts) => {
  await using folder = await Units.install("plain");
  for (const unit of UNITS) {
    const { output } = await folder.analyze(
      parts["systemd-analyze"],
      ...["security", "--offline=true", unit],
    );
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(output)?.[1]);
    assert(exposure <= WORST_EXPOSURE, `${unit}: ${exposure}\n${output}`);
  }
});

/** Both units, installed with a program in a folder of that name. */
class Units implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async install(name: string): Promise<Units> {
    const units = new Units(await Deno.makeTempDir({ prefix: "prompipe-" }));
    const home = join(units.#folder, name);
    await Deno.mkdir(home);
    const executable = join(home, "prompipe");
    await Deno.writeTextFile(executable, "#!/bin/sh\n", { mode: 0o755 });
    const words = { configPath: join(home, 'config "1".json'), bearerTokenFile: join(home, "t") };
    for (const path of Object.values(words)) await Deno.writeTextFile(path, "x", { mode: 0o600 });
    const common = {
      program: { argv: [executable], paths: [executable] },
      unitDir: units.#folder,
      print: false,
      now: false,
      version: "1.2.3",
      extraArgs: ["--log-level", name, ";", "it's \\ 5%"],
    };
    const outcomes = [
      await installSender({ ...common, configPath: words.configPath, files: [], sockets: [] }),
      await installReceiver({
        ...common,
        ...{
          pushPort: 80,
          config: undefined,
          bearerToken: undefined,
          bearerTokenFile: words.bearerTokenFile,
        },
      }),
    ];
    for (const outcome of outcomes) assert(outcome.ok, outcome.ok ? "" : outcome.reason);
    return units;
  }

  async analyze(
    analyze: Part,
    verb: string,
    ...args: readonly string[]
  ): Promise<{ code: number; output: string }> {
    const unit = join(this.#folder, args.at(-1)!);
    // Out of an unpacked package, it has to be told where Debian's own units lie.
    const unitPath: Record<string, string> = analyze.folder === undefined
      ? {}
      : { SYSTEMD_UNIT_PATH: `${this.#folder}:${join(analyze.folder, "lib/systemd/system")}` };
    const { code, stdout, stderr } = await new Deno.Command(analyze.path, {
      args: ["--no-pager", verb, ...args.slice(0, -1), unit],
      env: { ...analyze.env, ...unitPath },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, output: text(stdout) + text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
