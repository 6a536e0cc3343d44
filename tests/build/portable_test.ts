// The real portable file for this machine: built once here, and started in every way.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { newToken } from "../e2e/prompipe.ts";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { testUnless } from "../parts.ts";
import { namesIn, realPortable, runToEnd, VERSION_LINE } from "./portable_fixture.ts";

const MAX_BYTES = 45_000_000;
/** All of them take minutes: `PROMPIPE_TEST_KILLS=50`. */
const KILLS = Number(Deno.env.get("PROMPIPE_TEST_KILLS") ?? 4);

const elsewhere = (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") &&
  "the file is for Linux on x64";
let built: Promise<{ folder: TempDir; file: string }> | undefined;

function portable(): Promise<{ folder: TempDir; file: string }> {
  built ??= (async () => {
    const folder = await TempDir.make();
    return { folder, file: await realPortable(folder.path, "x64") };
  })();
  return built;
}

Deno.test.afterAll(async () => {
  await (await built)?.folder[Symbol.asyncDispose]();
});

testUnless(elsewhere, "ten first starts at once of the portable file all work", async () => {
  const { file } = await portable();
  assert((await Deno.stat(file)).size <= MAX_BYTES);
  await using cache = await TempDir.make();
  const env = { PROMPIPE_CACHE_DIR: cache.path };
  const all = await Promise.all(
    Array.from({ length: 10 }, () => runToEnd(file, ["--version"], env)),
  );
  for (const ended of all) {
    assertEquals(ended, { code: 0, stdout: VERSION_LINE, stderr: "" });
  }
  assertEquals((await namesIn(cache.path)).length, 2);
});

testUnless(elsewhere, `a first start killed at ${KILLS} moments never harms the next`, async () => {
  const { file } = await portable();
  for (let times = 0; times < KILLS; times++) {
    await using cache = await TempDir.make();
    const env = { PROMPIPE_CACHE_DIR: cache.path };
    const first = new Deno.Command(file, {
      args: ["--version"],
      env,
      // Of its own group: every other time all of it is killed, not the shell alone.
      detached: true,
      stdout: "null",
      stderr: "null",
    }).spawn();
    // Within the first second and a bit, each part of it alike.
    await new Promise((resolve) => setTimeout(resolve, (times + Math.random()) / KILLS * 1100));
    try {
      Deno.kill(times % 2 === 0 ? first.pid : -first.pid, "SIGKILL");
    } catch {
      // It was faster.
    }
    await first.status;
    const next = await runToEnd(file, ["--version"], env);
    assertEquals(next, { code: 0, stdout: VERSION_LINE, stderr: "" });
    assertEquals((await namesIn(cache.path)).length, 2);
  }
});

testUnless(
  elsewhere,
  "the portable file is one process, named prompipe, that SIGTERM ends well",
  async () => {
    const { file } = await portable();
    await using cache = await TempDir.make();
    await using receiver = new RunningProcess(file, {
      args: ["receiver", "--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"],
      env: { PROMPIPE_CACHE_DIR: cache.path, BEARER_TOKEN: newToken() },
    });
    await receiver.waitForOutput(/listening[^]*listening/);
    const proc = `/proc/${receiver.pid}`;
    assertEquals(await Deno.readTextFile(`${proc}/comm`), "prompipe\n");
    assertMatch(await Deno.readLink(`${proc}/exe`), /\/prompipe-[0-9a-f]{16}\/prompipe$/);
    for await (const { name } of Deno.readDir(`${proc}/task`)) {
      assertEquals(await Deno.readTextFile(`${proc}/task/${name}/children`), "");
    }
    const { code, signal } = await receiver.end("SIGTERM", { timeoutMs: 10_000 });
    assertEquals([code, signal], [0, null]);
  },
);

testUnless(
  elsewhere,
  "the portable file streams, what is pushed and what is on demand",
  async () => {
    const { file } = await portable();
    await using cache = await TempDir.make();
    await using exporter = FakeExporter.start(() => gauge(1));
    const token = newToken();
    const env = { PROMPIPE_CACHE_DIR: cache.path, BEARER_TOKEN: token };
    const listen = ["--push-listen", "127.0.0.1:0", "--scrape-listen", "127.0.0.1:0"];
    await using receiver = new RunningProcess(file, { args: ["receiver", ...listen], env });
    const [, push] = await receiver.waitForOutput(/listener=push address=(\S+)/);
    const [, scrape] = await receiver.waitForOutput(/listener=scrape address=(\S+)/);
    const pairs = ["push", "on_demand"].map((mode) => ({
      ...{ mode, source: exporter.url, destination: `ws://${push}/metrics/a/${mode}` },
    }));
    const config = JSON.stringify({ bearer_token: token, interval: "500ms", pairs });
    const path = await cache.write("config.json", config);
    const args = ["sender", "--config", path];
    await using sender = new RunningProcess(file, {
      args,
      env: { PROMPIPE_CACHE_DIR: cache.path },
    });
    const get = async (path: string) => await (await fetch(`http://${scrape}${path}`)).text();
    for (const mode of ["push", "on_demand"]) {
      await waitFor(async () => assertMatch(await get(`/metrics/a/${mode}`), /^fake 1$/m), {
        timeoutMs: 15_000,
        what: `${mode}; ${sender.output}`,
      });
    }
    assertMatch(await get("/metrics"), /^prompipe_receiver_streams 1$/m);
    assertMatch(await get("/metrics"), /^prompipe_receiver_target_arrival\{.*arrival="stream"/m);
  },
);

testUnless(elsewhere, "install from the portable file names that file", async () => {
  const { file } = await portable();
  await using cache = await TempDir.make();
  const { stdout, stderr } = await runToEnd(file, ["receiver", "install", "--print"], {
    PROMPIPE_CACHE_DIR: cache.path,
    BEARER_TOKEN: newToken(),
  });
  assertStringIncludes(stdout, `ExecStart=${file} receiver`, stderr);
  assert(!stdout.includes(cache.path), stdout);
});

testUnless(
  elsewhere,
  "the portable file takes nothing from the folders around its cache",
  async () => {
    const { file } = await portable();
    await using home = await TempDir.make();
    await home.write("package.json", '{"type": "commonjs"}');
    await home.write("deno.json", '{"imports": {"node:process": "./nowhere.ts"}, "lock": true}');
    const ended = await new Deno.Command(file, {
      args: ["--version"],
      cwd: home.path,
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH")!, PROMPIPE_CACHE_DIR: join(home.path, "cache") },
    }).output();
    assertEquals(new TextDecoder().decode(ended.stdout), VERSION_LINE);
    assertEquals(await namesIn(home.path), ["cache", "deno.json", "package.json"]);
  },
);
