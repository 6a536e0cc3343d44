import { assert, assertEquals } from "@std/assert";
import { currentCommit } from "../../build/commit.ts";
import { TempDir } from "../e2e/temp_dir.ts";
import { testWithParts } from "../parts.ts";

testWithParts("currentCommit() is HEAD's, marked where tracked files changed", ["git"], async (
  { git },
) => {
  await using folder = await TempDir.make();
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
  const run = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(git.path, {
      args: ["-C", folder.path, ...identity, ...args],
      env: git.env,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  assertEquals(await currentCommit(folder.path, git), undefined);

  const tracked = await folder.write("tracked", "1");
  await run("init", "--quiet");
  await run("add", "tracked");
  await run("commit", "--quiet", "--no-verify", "-m", "x");
  const short = (await run("rev-parse", "HEAD")).slice(0, 7);
  await folder.write("untracked", "1");
  assertEquals(await currentCommit(folder.path, git), short);

  await Deno.writeTextFile(tracked, "2");
  assertEquals(await currentCommit(folder.path, git), `${short}-dirty`);
});

Deno.test("currentCommit() is undefined without git", async () => {
  assertEquals(await currentCommit(".", { path: "/nowhere/git", env: {} }), undefined);
});
