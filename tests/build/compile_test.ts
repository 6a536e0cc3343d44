import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { bundle } from "../../build/bundle.ts";
import { compile } from "../../build/compile.ts";
import { TempDir } from "../e2e/temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");

Deno.test("deno task compile says in one line where there is no base runtime", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "compile"],
    cwd: PROJECT,
    env: { DENORT_BIN: "/nowhere/denort", NO_COLOR: "1" },
  }).output();
  assertEquals(
    new TextDecoder().decode(stderr),
    `Cannot compile for ${Deno.build.target}: the base runtime (denort) could not be had; name ` +
      "one with DENORT_BIN, or make a file for Linux without it: deno task portable\n",
  );
  assertEquals(stdout.length, 0);
  assertEquals(code, 1);
});

// No base runtime is at hand here. The whole runtime in its place can't run what was
// compiled, but it's put together in the same way.
Deno.test("compile() makes the same bytes twice, and packs nothing but the bundle", async () => {
  const program = await bundle(PROJECT, undefined);
  const sums: string[] = [];
  Deno.env.set("DENORT_BIN", await Deno.realPath(Deno.execPath()));
  try {
    for (let times = 0; times < 2; times++) {
      await using folder = await TempDir.make();
      const name = await compile(undefined, program, folder.path);
      const bytes = await Deno.readFile(join(folder.path, name));
      const added = bytes.length - (await Deno.stat(await Deno.realPath(Deno.execPath()))).size;
      assert(added < 8_000_000, `${added} bytes on top of the runtime`);
      sums.push(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
    }
  } finally {
    Deno.env.delete("DENORT_BIN");
  }
  assertEquals(sums[0], sums[1]);
});
