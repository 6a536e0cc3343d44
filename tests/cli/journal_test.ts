import { assert, assertEquals } from "@std/assert";
import { runProgram, temporaryFolder } from "./program_run.ts";

Deno.test("run() marks each line of a fault as an error for the journal", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/config.json`, "{}");
  for (const args of [["sender"], ["receiver"], ["sender", "--conifg", "x"]]) {
    const bare = await runProgram(args, { cwd: folder.path });
    const marked = await runProgram(args, { cwd: folder.path, env: { JOURNAL_STREAM: "8:1" } });
    assertEquals([bare.code, marked.code], [2, 2]);
    assert(bare.stderr.endsWith("\n") && !bare.stderr.includes("<3>"), bare.stderr);
    assertEquals(marked.stderr, bare.stderr.replaceAll(/^(?!$)/gm, "<3>"));
  }
});

Deno.test("run() marks no result for the journal", async () => {
  const { stdout, stderr } = await runProgram(["--version"], { env: { JOURNAL_STREAM: "8:1" } });
  assert(stdout.startsWith("prompipe "));
  assertEquals(stderr, "");
});
