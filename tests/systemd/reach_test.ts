import { assert, assertEquals } from "@std/assert";
import { programReach } from "../../systemd/reach.ts";
import { RootedSystem } from "./rooted_system.ts";

const NOTHING = { ok: true, binds: [], covers: [] } as const;

Deno.test("programReach() binds the executable alone out of a home", async () => {
  await using system = await RootedSystem.make();
  const path = await system.file("/home/pi/prompipe", { mode: 0o700 });
  await system.folder("/home/pi", 0o700);
  assertEquals(await programReach({ argv: [path], paths: [path] }, system), {
    ok: true,
    argv: [path],
    places: [path],
    binds: [path],
    covers: [],
    toOpen: { path, mode: 0o755 },
  });
});

Deno.test("programReach() covers a closed folder that is no home", async () => {
  await using system = await RootedSystem.make();
  const path = await system.file("/srv/closed/within/prompipe", { mode: 0o755 });
  await system.folder("/srv/closed", 0o700);
  assertEquals(await programReach({ argv: [path], paths: [path] }, system), {
    ok: true,
    argv: [path],
    places: [path],
    binds: [path],
    covers: ["/srv/closed"],
    toOpen: undefined,
  });
});

Deno.test("programReach() leaves alone what is open to all", async () => {
  await using system = await RootedSystem.make();
  const path = await system.file("/opt/prompipe", { mode: 0o755 });
  assertEquals(await programReach({ argv: [path], paths: [path] }, system), {
    ...NOTHING,
    argv: [path],
    places: [path],
    toOpen: undefined,
  });
});

Deno.test("programReach() resolves links, and binds a folder with all in it once", async () => {
  await using system = await RootedSystem.make();
  await system.file("/home/pi/src/bin/deno", { mode: 0o755 });
  await system.file("/home/pi/src/main.ts");
  await Deno.symlink("src", system.path("/home/pi/link"));
  const reach = await programReach({
    argv: ["/home/pi/link/bin/deno", "run", "--quiet", "/home/pi/link/main.ts"],
    paths: ["/home/pi/link/bin/deno", "/home/pi/link"],
  }, system);
  assert(reach.ok);
  assertEquals(reach.argv, ["/home/pi/src/bin/deno", "run", "--quiet", "/home/pi/src/main.ts"]);
  assertEquals(reach.places, ["/home/pi/src/bin/deno", "/home/pi/src"]);
  assertEquals(reach.binds, ["/home/pi/src"]);
});

Deno.test("programReach() refuses a source tree that others may not read", async () => {
  await using system = await RootedSystem.make();
  const deno = await system.file("/usr/bin/deno", { mode: 0o755 });
  await system.file("/home/pi/src/main.ts");
  await system.file("/home/pi/src/sender/mod.ts", { mode: 0o600 });
  assertEquals(await programReach({ argv: [deno], paths: ["/home/pi/src"] }, system), {
    ok: false,
    reason:
      'Cannot run "/home/pi/src" as a service: others may not read "/home/pi/src/sender/mod.ts"; run: chmod -R go+rX "/home/pi/src"',
  });
});

Deno.test("programReach() says what systemd or the machine can't do", async () => {
  await using system = await RootedSystem.make();
  for (
    const [path, why] of [
      ["/opt/none", "no such file or directory"],
      [await system.file('/opt/a"b'), "systemd allows no quote and no backslash there"],
    ] as const
  ) {
    assertEquals(await programReach({ argv: [path], paths: [] }, system), {
      ok: false,
      reason: `Cannot run ${JSON.stringify(path)} as a service: ${why}`,
    });
  }
});
