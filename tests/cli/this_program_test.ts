import { assert, assertEquals } from "@std/assert";
import { thisProgram } from "../../cli/this_program.ts";
import project from "../../deno.json" with { type: "json" };
import { runProgram, temporaryFolder } from "./program_run.ts";

Deno.test("thisProgram() names absolute paths that are there", async () => {
  const { argv, paths } = thisProgram();
  assertEquals(argv[0], Deno.execPath());
  for (const path of paths) {
    assert(path.startsWith("/"), path);
    await Deno.stat(path);
  }
  assert(paths.some((path) => argv.at(-1)!.startsWith(`${path}/`)), "its source is not among them");
});

Deno.test("thisProgram() starts this program again, from any folder", async () => {
  await using folder = await temporaryFolder();
  assertEquals(await runProgram(["--version"], { cwd: folder.path }), {
    code: 0,
    stdout: `prompipe ${project.version}\n`,
    stderr: "",
  });
});
