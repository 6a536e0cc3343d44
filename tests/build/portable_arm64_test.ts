// The Pi's file on any machine: its runtime is emulated, the shell at its head is not.

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { newToken } from "../e2e/prompipe.ts";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { type Part, testWithParts } from "../parts.ts";
import { realPortable, VERSION_LINE } from "./portable_fixture.ts";

const MAX_BYTES = 45_000_000;
const SLOW_MS = 120_000;
const PARTS = ["proot", "qemu-aarch64", "arm64-libc", "arm64-libgcc"] as const;

testWithParts(
  "the arm64 file tells its version, and its receiver takes a PUT",
  PARTS,
  async (parts) => {
    await using folder = await TempDir.make();
    const file = await realPortable(folder.path, "arm64");
    assert((await Deno.stat(file)).size <= MAX_BYTES);
    const root = join(folder.path, "root");
    await copyLibraries(root, [parts["arm64-libc"], parts["arm64-libgcc"]]);

    const start = (args: readonly string[], env: Record<string, string> = {}) =>
      new RunningProcess(parts.proot.path, {
        args: ["-q", `${parts["qemu-aarch64"].path} -L ${root}`, file, ...args],
        env: { ...parts.proot.env, PROMPIPE_CACHE_DIR: join(folder.path, "cache"), ...env },
      });
    {
      await using version = start(["--version"]);
      assertEquals((await version.status).code, 0, version.output);
      assertEquals(version.output, VERSION_LINE);
    }

    const token = newToken();
    const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
    await using receiver = start(["receiver", ...listen], { BEARER_TOKEN: token });
    // Signals to proot itself go no further.
    const signalInside = async (signal: Deno.Signal) => {
      const children = `/proc/${receiver.pid}/task/${receiver.pid}/children`;
      for (const pid of (await Deno.readTextFile(children)).trim().split(" ")) {
        if (pid !== "") Deno.kill(Number(pid), signal);
      }
    };
    await using _ = {
      [Symbol.asyncDispose]: () => signalInside("SIGKILL").catch(() => {}),
    };
    const url = async (name: string) => {
      const pattern = new RegExp(`listening.*\\b${name}\\b.*(127\\.0\\.0\\.1:\\d+)`);
      const [, address] = await receiver.waitForOutput(pattern, { timeoutMs: SLOW_MS });
      return `http://${address}/metrics/job/pi`;
    };
    const put = await fetch(await url("push"), {
      method: "PUT",
      headers: { Authorization: `Bearer ${token}` },
      body: "thing 1\n",
    });
    assertEquals(put.status, 204, receiver.output);
    const got = await fetch(await url("scrape"));
    assertEquals([got.status, await got.text()], [200, "thing 1\n"]);
    await signalInside("SIGTERM");
    assertEquals((await receiver.status).code, 0, receiver.output);
  },
);

async function copyLibraries(root: string, parts: readonly Part[]): Promise<void> {
  await Deno.mkdir(root);
  for (const { path } of parts) {
    const args = ["-r", dirname(path), root];
    assert((await new Deno.Command("cp", { args }).output()).success);
  }
}
