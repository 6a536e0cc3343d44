import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { configReach, type FileReach, namedReach } from "../../systemd/config_reach.ts";
import { credentialName } from "../../systemd/credential_name.ts";
import { RootedSystem } from "./rooted_system.ts";

const NOTHING: FileReach = { ok: true, binds: [], covers: [], credentials: [] };

interface Place {
  readonly file: number;
  /** Folders with a mode of their own. */
  readonly folders?: Record<string, number>;
}

const CONFIGS: [string, Place, FileReach][] = [
  ["/etc/p/c.json", { file: 0o644 }, NOTHING],
  ["/etc/p/c.json", { file: 0o640 }, handedOver("/etc/p/c.json")],
  [
    "/etc/p/c.json",
    { file: 0o644, folders: { "/etc/p": 0o700 } },
    handedOver("/etc/p/c.json"),
  ],
  ["/etc/p/c.json", { file: 0o644, folders: { "/etc/p": 0o711 } }, NOTHING],
  ["/home/pi/c.json", { file: 0o600 }, handedOver("/home/pi/c.json")],
  ["/home/pi/c.json", { file: 0o644 }, { ...NOTHING, binds: ["/home/pi/c.json"] }],
  [
    "/home/pi/c.json",
    { file: 0o644, folders: { "/home/pi": 0o700 } },
    handedOver("/home/pi/c.json"),
  ],
];

function handedOver(path: string): FileReach {
  return { ...NOTHING, credentials: [path] };
}

Deno.test("configReach() hands over as a credential what others may not read", async () => {
  for (const [path, { file, folders = {} }, expected] of CONFIGS) {
    await using system = await RootedSystem.make();
    await system.file(path, { mode: file });
    for (const [folder, mode] of Object.entries(folders)) await system.folder(folder, mode);
    assertEquals(await configReach(path, system), expected);
  }
});

Deno.test("configReach() leaves a symbolic link to be followed at each start", async () => {
  await using system = await RootedSystem.make();
  await system.file("/etc/p/real.json");
  await Deno.symlink("real.json", system.path("/etc/p/c.json"));
  assertEquals(await configReach("/etc/p/c.json", system), handedOver("/etc/p/c.json"));
});

Deno.test("namedReach() binds folders and sockets' folders, and hands over what is closed", async () => {
  await using system = await RootedSystem.make();
  const files = [
    await system.file("/home/pi/targets/b.json"),
    await system.file("/home/pi/targets/a.json"),
    await system.folder("/home/pi/targets"),
    await system.file("/home/pi/token", { mode: 0o600 }),
    await system.file("/etc/ssl/ca.pem"),
    await system.folder("/srv/targets"),
    "/home/pi/none.json",
  ];
  await system.file("/tmp/exporter/x.sock");
  await system.folder("/home/pi", 0o700);
  const sockets = ["/tmp/exporter/x.sock", "/run/y.sock", "/none/z.sock"];
  await system.folder("/run");
  assertEquals(await namedReach({ files, sockets }, system), {
    ok: true,
    binds: ["/home/pi/targets", "/tmp/exporter"],
    covers: [],
    credentials: ["/home/pi/token"],
  });
});

Deno.test("namedReach() refuses folders, and files in them, that others may not read", async () => {
  await using system = await RootedSystem.make();
  const folder = await system.folder("/srv/targets", 0o700);
  const refused = (path: string, why: string) => ({
    ok: false as const,
    reason: `Cannot use "${path}", which the config names, for a service: ${why} "${path}"`,
  });
  assertEquals(
    await namedReach({ files: [folder], sockets: [] }, system),
    refused(folder, "others may not read it; run: chmod go+rx"),
  );
  await system.folder(folder, 0o755);
  const file = await system.file("/srv/targets/a.json", { mode: 0o600 });
  assertEquals(
    await namedReach({ files: [folder, file], sockets: [] }, system),
    refused(file, "others may not read it; run: chmod go+r"),
  );
});

Deno.test("credentialName() is another for every other path, of characters that systemd takes", () => {
  assertEquals(credentialName("/home/pi/config.json"), "home-pi-config.json");
  assertEquals(credentialName('/home/a-b/100% "ü".json'), "home-a+2db-100+25+20+22+c3+bc+22.json");
  const unit = fc.constantFrom(..."a-+2d/. ü%");
  const path = fc.string({ unit, maxLength: 6 }).map((text) => `/${text}`);
  fc.assert(fc.property(path, path, (one, other) => {
    assertEquals(credentialName(one) === credentialName(other), one === other);
    assertMatch(credentialName(one), /^[A-Za-z0-9._+-]*$/);
  }));
});
