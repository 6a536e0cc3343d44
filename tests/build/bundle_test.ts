import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { bundle, BUNDLE_MAIN, withCommit, writeBundle } from "../../build/bundle.ts";
import project from "../../deno.json" with { type: "json" };
import { TempDir } from "../e2e/temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const PROGRAM = ["main.ts", "deno.json", "deno.lock", "node_modules"];
const ROOMS = ["cli", "protocol", "receiver", "sender", "systemd"];

async function copyProgram(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const from = [...PROGRAM, ...ROOMS].map((it) => join(PROJECT, it));
  const { success } = await new Deno.Command("cp", { args: ["-r", ...from, folder] }).output();
  assert(success);
}

Deno.test("bundle() is the same in two places, and tells neither", async () => {
  await using folder = await TempDir.make();
  const roots = [join(folder.path, "a"), join(folder.path, "some where", "else")];
  await Promise.all(roots.map(copyProgram));
  const [one, other] = await Promise.all(roots.map((root) => bundle(root, "abc1234")));
  assertEquals(one, other);
  for (const text of one!.files.values()) assert(!text.includes(folder.path));
});

Deno.test("a bundle runs by itself, and tells version and commit", async () => {
  await using folder = await TempDir.make();
  const main = await writeBundle(await bundle(PROJECT, "abc1234"), folder.path);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-prompt", "--allow-env", main, "--version"],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(said, `prompipe ${project.version} (abc1234)\n`, new TextDecoder().decode(stderr));
});

Deno.test("withCommit() leaves the text alone where no commit is known, and wants one place", () => {
  const files = new Map([[BUNDLE_MAIN, 'const a = "<commit>";'], ["b.js", "b"]]);
  assertEquals(withCommit(files, undefined), files);
  assertEquals(withCommit(files, "abc1234").get(BUNDLE_MAIN), 'const a = "abc1234";');
  const error = assertThrows(() => withCommit(new Map([["b.js", "b"]]), "abc1234"));
  assertStringIncludes(String(error), "is there 0 times");
});
