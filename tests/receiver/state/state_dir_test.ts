import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { StateDisk } from "../../../receiver/state/disk.ts";
import { openStateDir } from "../../../receiver/state/state_dir.ts";
import { TempDir } from "../../e2e/temp_dir.ts";

const MARKER = new Uint8Array(16).fill(0xab);
const FILE = `snapshots-v1-00000007-${"ab".repeat(16)}.log`;

function open(path: string): StateDisk {
  const opened = openStateDir(path);
  assert(opened.ok, opened.ok ? "" : opened.reason);
  return opened.disk;
}

/** Why a folder can't be used, without its name. */
function refused(path: string): string {
  const opened = openStateDir(path);
  assert(!opened.ok);
  const before = `Cannot use state directory "${path}": `;
  assert(opened.reason.startsWith(before), opened.reason);
  return opened.reason.slice(before.length);
}

async function modeOf(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode! & 0o777).toString(8);
}

Deno.test("openStateDir() makes the folder, and all in it, for its owner alone", async () => {
  await using folder = await TempDir.make();
  const path = join(folder.path, "state");
  const disk = open(path);
  const writer = await disk.create({ number: 7, marker: MARKER });
  await writer.write(new TextEncoder().encode("hello"));
  await writer.sync();
  writer.close();
  await disk.sync();
  assertEquals(await modeOf(path), "700");
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
  assertEquals(names, ["lock", FILE]);
  for (const name of names) assertEquals(await modeOf(join(path, name)), "600", name);
  disk.close();
});

Deno.test("openStateDir() makes files that tell when somebody has removed them", async () => {
  await using folder = await TempDir.make();
  const disk = open(folder.path);
  const writer = await disk.create({ number: 7, marker: MARKER });
  await writer.write(new TextEncoder().encode("hello"));
  await writer.sync();
  await Deno.remove(join(folder.path, FILE));
  assertEquals(String(await assertRejects(() => writer.sync())), "Error: the file was removed");
  writer.close();
  disk.close();
});

Deno.test("openStateDir() lists what is there, the oldest first, and leaves the rest alone", async () => {
  await using folder = await TempDir.make();
  const marker = "0".repeat(32);
  await folder.write(`snapshots-v1-100000000-${marker}.log`, "newest");
  await folder.write(FILE, "hello");
  await folder.write("notes.txt", "mine");
  await Deno.mkdir(join(folder.path, `snapshots-v1-3-${marker}.log`));
  const disk = open(folder.path);
  assertEquals(disk.found.map(({ number, bytes }) => [number, bytes]), [[7, 5], [100_000_000, 6]]);
  const [segment] = disk.found;
  assertEquals(segment!.marker, MARKER);
  const into = new Uint8Array(10);
  assertEquals(disk.reading(segment!, (reader) => [reader.bytes, reader.readAt(1, into)]), [5, 4]);
  assertEquals(new TextDecoder().decode(into.subarray(0, 4)), "ello");
  await disk.remove(segment!);
  await disk.remove(segment!);
  assert(![...Deno.readDirSync(folder.path)].some(({ name }) => name === FILE));
  disk.close();
});

Deno.test("openStateDir() refuses a folder that is in use, until it is let go", async () => {
  await using folder = await TempDir.make();
  const disk = open(folder.path);
  assertEquals(refused(folder.path), "another receiver is using it");
  disk.close();
  open(folder.path).close();
});

Deno.test("openStateDir() refuses what another version wrote, and leaves it there", async () => {
  await using folder = await TempDir.make();
  const name = FILE.replace("v1", "v2");
  const path = await folder.write(name, "x");
  assertEquals(
    refused(folder.path),
    `"${name}" is of another version of prompipe; run that one, or move the file away`,
  );
  assertEquals(await Deno.readTextFile(path), "x");
  await Deno.remove(path);
  open(folder.path).close();
});

Deno.test("openStateDir() says what is wrong with a folder", async () => {
  await using folder = await TempDir.make();
  assertEquals(refused(await folder.write("file", "")), "Not a directory");
  assertEquals(refused(join(folder.path, "missing", "state")), "No such file or directory");
});

Deno.test("openStateDir() needs to write, and says so", async () => {
  await using folder = await TempDir.make();
  const path = join(folder.path, "state");
  await Deno.mkdir(path);
  await Deno.chmod(path, 0o555);
  await Deno.chmod(folder.path, 0o755);
  // A process of its own: root may write everywhere, and a user counts for all of a process.
  const args = ["eval", "--ext=ts", OPEN_AS_NOBODY, path];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert(success);
  const reason = `Cannot use state directory "${path}": Permission denied`;
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), { ok: false, reason });
});

const STATE_DIR = new URL("../../../receiver/state/state_dir.ts", import.meta.url).href;
const OPEN_AS_NOBODY = `
  import process from "node:process";
  import { openStateDir } from "${STATE_DIR}";
  if (process.geteuid() === 0) process.seteuid(65534);
  console.log(JSON.stringify(openStateDir(Deno.args[0])));
`;
