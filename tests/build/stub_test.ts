// The script at the head of a portable file, run by the shells that are there.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { basename, join } from "@std/path";
import { RunningProcess } from "../e2e/processes.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { part, testUnless } from "../parts.ts";
import { onPath } from "../parts/debian.ts";
import { fakePortable, namesIn, runToEnd } from "./portable_fixture.ts";

const KEY = /^prompipe-[0-9a-f]{16}$/;

/** The one folder of unpacked files in a cache. */
async function unpacked(cache: string): Promise<string> {
  const names = (await namesIn(cache)).filter((name) => name.startsWith("prompipe-"));
  assertEquals(names.length, 1, names.join(" "));
  assertMatch(names[0]!, KEY);
  return join(cache, names[0]!);
}

const busybox = part("busybox");
const SHELLS: readonly string[][] = [
  ...["dash", "bash"].flatMap((shell) => onPath(shell) ?? []).map((path) => [path]),
  ...("missing" in busybox ? [] : [[busybox.path, "sh"]]),
];

for (const [shell, ...first] of SHELLS) {
  Deno.test(`the portable file passes arguments on as they are, by ${basename(shell!)}`, async () => {
    await using folder = await TempDir.make();
    const file = await fakePortable(folder.path);
    const args = ["sender", "a b", "", "*", "$x", "'", '"', "\\", "a\nb", "-n"];
    const env = { PROMPIPE_CACHE_DIR: join(folder.path, "c d") };
    for (const start of ["first", "later"]) {
      const ended = await runToEnd(shell!, [...first, file, ...args], env);
      assertEquals(ended.stderr, "", start);
      assertEquals(
        ended.stdout,
        `executable=${file}\ndeno_dir=${await unpacked(env.PROMPIPE_CACHE_DIR)}/deno\n` +
          args.map((arg) => `<${arg}>\n`).join(""),
      );
      assertEquals(ended.code, 0);
    }
  });
}

Deno.test("portableFile() makes the same bytes of the same parts", async () => {
  await using folder = await TempDir.make();
  const files = await Promise.all(["a", "b"].map(async (name) => {
    const made = join(folder.path, name);
    await Deno.mkdir(made);
    return await Deno.readFile(await fakePortable(made));
  }));
  assertEquals(files[0], files[1]);
});

Deno.test("the cache is PROMPIPE_CACHE_DIR, else systemd's, else the user's", async () => {
  await using folder = await TempDir.make();
  const file = await fakePortable(folder.path);
  const at = (name: string) => join(folder.path, name);
  const all = {
    PROMPIPE_CACHE_DIR: at("own"),
    CACHE_DIRECTORY: `${at("systemd")}:/nowhere`,
    XDG_CACHE_HOME: at("xdg"),
    HOME: at("home"),
  };
  const { PROMPIPE_CACHE_DIR: _, ...noOwn } = all;
  const { CACHE_DIRECTORY: __, ...user } = noOwn;
  for (
    const [env, cache] of [
      [all, at("own")],
      [noOwn, at("systemd")],
      [user, at("xdg/prompipe")],
      [{ HOME: all.HOME, XDG_CACHE_HOME: "" }, at("home/.cache/prompipe")],
    ] as const
  ) {
    assertEquals((await runToEnd(file, [], env)).stderr, "");
    await unpacked(cache);
  }
  const nowhere = await runToEnd(file, []);
  assertEquals(
    nowhere.stderr,
    "prompipe: Cannot tell where to unpack: set PROMPIPE_CACHE_DIR to a folder for it\n",
  );
  assertEquals(nowhere.code, 1);
});

Deno.test("a cache that can't be written is one line and status 1", async () => {
  await using folder = await TempDir.make();
  const file = await fakePortable(folder.path);
  const { code, stderr } = await runToEnd(file, [], { PROMPIPE_CACHE_DIR: "/dev/null/cache" });
  assertEquals(
    stderr,
    'prompipe: Cannot write to "/dev/null/cache": set PROMPIPE_CACHE_DIR to a folder that can ' +
      "be written\n",
  );
  assertEquals(code, 1);
});

testUnless(
  Deno.uid() !== 0 && "mounting a small file system takes root",
  "a full disk is one line and status 1, and nothing stays half",
  async () => {
    await using folder = await TempDir.make();
    const file = await fakePortable(folder.path, { ballastBytes: 3_000_000 });
    const script = `mount -t tmpfs -o size=1m tmpfs "$1" && { "$2"; echo $?; ls -A "$1"; }`;
    const cache = join(folder.path, "cache");
    await Deno.mkdir(cache);
    const { stdout, stderr } = await runToEnd(
      "unshare",
      ["--mount", "sh", "-c", script, "-", cache, file],
      { PROMPIPE_CACHE_DIR: cache },
    );
    assertMatch(
      stderr,
      /^prompipe: Cannot unpack .+; set PROMPIPE_CACHE_DIR to a folder with more room\n$/,
    );
    assertEquals(stdout, "1\nprompipe.lock\n");
  },
);

Deno.test("what was done to an unpacked file is noticed, and undone", async () => {
  await using folder = await TempDir.make();
  const file = await fakePortable(folder.path);
  const env = { PROMPIPE_CACHE_DIR: join(folder.path, "cache") };
  const start = async () => {
    const { code, stdout, stderr } = await runToEnd(file, ["x"], env);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /<x>\n$/);
  };
  await start();
  const dir = await unpacked(env.PROMPIPE_CACHE_DIR);
  const main = join(dir, "main.js");
  const whole = await Deno.readTextFile(main);
  const sameSize = whole.replace(/^/, "#").slice(0, whole.length);
  for (
    const [what, harm] of Object.entries({
      "written over": () => Deno.writeTextFile(main, sameSize),
      "added to": () => Deno.writeTextFile(main, "x", { append: true }),
      "emptied": () => Deno.truncate(main),
      "removed": () => Deno.remove(main),
      "closed": () => Deno.chmod(join(dir, "prompipe"), 0o400),
      "not in use": () => Deno.remove(join(dir, "in-use")),
      "all removed": () => Deno.remove(dir, { recursive: true }),
    })
  ) {
    await harm();
    await start();
    assertEquals(await Deno.readTextFile(main), whole, what);
    assertEquals((await Deno.stat(join(dir, "prompipe"))).mode! & 0o777, 0o555, what);
  }
});

Deno.test("a portable file that is damaged or cut says so, and leaves nothing half", async () => {
  await using folder = await TempDir.make();
  const file = await fakePortable(folder.path, { ballastBytes: 100_000 });
  const whole = await Deno.readFile(file);
  const cache = join(folder.path, "cache");
  const flipped = whole.slice();
  flipped[whole.length - 5_000]! ^= 1;
  for (const bytes of [flipped, whole.subarray(0, 50_000), whole.subarray(0, whole.length - 3)]) {
    await Deno.writeFile(file, bytes);
    const { code, stderr } = await runToEnd(file, [], { PROMPIPE_CACHE_DIR: cache });
    assertMatch(stderr, /^prompipe: Cannot unpack "[^"]*" into "[^"]*": .+\n$/);
    assertEquals(code, 1);
    assertEquals(await namesIn(cache), ["prompipe.lock"]);
  }
});

Deno.test("a runtime that can't run here is one line that says what it needs", async () => {
  await using folder = await TempDir.make();
  const runtime = "#!/bin/sh\necho no such loader >&2\nexit 1\n";
  const file = await fakePortable(folder.path, { runtime });
  const cache = join(folder.path, "cache");
  const { code, stderr } = await runToEnd(file, [], { PROMPIPE_CACHE_DIR: cache });
  assertEquals(
    stderr,
    `prompipe: Cannot run what was unpacked into "${cache}", which needs Linux on x64 with ` +
      "glibc 2.27 or newer and libgcc, and a folder not mounted noexec: no such loader\n",
  );
  assertEquals(code, 1);
  assertEquals(await namesIn(cache), ["prompipe.lock"]);
});

Deno.test("an older version is removed once nobody uses it, and so is what was killed", async () => {
  await using folder = await TempDir.make();
  const cache = join(folder.path, "cache");
  const env = { PROMPIPE_CACHE_DIR: cache };
  const older = await fakePortable(folder.path, { program: "older" });
  const newer = await fakePortable(folder.path, { program: "newer" });
  // No runtime of ours, although it lies there.
  await Deno.mkdir(join(cache, "prompipe-configuration"), { recursive: true });
  {
    await using running = new RunningProcess(older, { args: ["wait"], env });
    await running.waitForOutput(/waiting/);
    await Deno.mkdir(join(cache, "prompipe-unpacking-1"));
    assertEquals((await runToEnd(newer, [], env)).code, 0);
    assertEquals((await namesIn(cache)).filter((name) => KEY.test(name)).length, 2);
  }
  assertEquals((await runToEnd(newer, [], env)).code, 0);
  const left = await namesIn(cache);
  assertEquals(left.filter((name) => KEY.test(name)).length, 1);
  assertEquals(left.filter((name) => !KEY.test(name)), [
    "prompipe-configuration",
    "prompipe.lock",
  ]);
  assertEquals((await runToEnd(older, [], env)).code, 0);
});

Deno.test("without flock, an older version is removed a minute after its last start", async () => {
  await using folder = await TempDir.make();
  const cache = join(folder.path, "cache");
  const tools = join(folder.path, "bin");
  await Deno.mkdir(tools);
  for (const tool of "sh tail gzip tar mkdir mv rm stat find sleep".split(" ")) {
    await Deno.symlink(onPath(tool)!, join(tools, tool));
  }
  const env = { PROMPIPE_CACHE_DIR: cache, PATH: tools };
  const [older, newer, newest] = await Promise.all(
    ["older", "newer", "newest"].map((program) => fakePortable(folder.path, { program })),
  );
  assertEquals(await runToEnd(older!, [], env).then(({ code, stderr }) => [code, stderr]), [0, ""]);
  const inUse = join(await unpacked(cache), "in-use");
  const minutesAgo = new Date(Date.now() - 120_000);
  await Deno.utime(inUse, minutesAgo, minutesAgo);
  assertEquals((await runToEnd(older!, [], env)).code, 0);

  assertEquals((await runToEnd(newer!, [], env)).code, 0);
  assertEquals((await namesIn(cache)).filter((name) => KEY.test(name)).length, 2);
  for (const name of (await namesIn(cache)).filter((name) => KEY.test(name))) {
    await Deno.utime(join(cache, name, "in-use"), minutesAgo, minutesAgo);
  }
  assertEquals((await runToEnd(newest!, [], env)).code, 0);
  await unpacked(cache);
});

Deno.test("a first start killed at any moment, or ten at once, never harm the next", async () => {
  await using folder = await TempDir.make();
  const file = await fakePortable(folder.path, { ballastBytes: 5_000_000 });
  const cache = join(folder.path, "cache");
  const env = { PROMPIPE_CACHE_DIR: cache };
  for (let times = 0; times < 30; times++) {
    {
      await using first = new RunningProcess(file, { env });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      await first.end("SIGKILL");
    }
    const next = await Promise.all(
      Array.from({ length: times % 10 === 0 ? 10 : 1 }, () => runToEnd(file, ["x"], env)),
    );
    for (const { code, stdout, stderr } of next) {
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.endsWith("<x>\n"));
    }
    await unpacked(cache);
    await Deno.remove(cache, { recursive: true });
  }
});
