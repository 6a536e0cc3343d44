import { assertEquals, assertRejects } from "@std/assert";
import { fileFault } from "../../cli/file_fault.ts";
import { TempDir } from "../e2e/temp_dir.ts";

Deno.test("fileFault() says in a few words why a file can't be read", async () => {
  await using folder = await TempDir.make();
  const file = await folder.write("file", "");
  const why = async (path: string) => fileFault(await assertRejects(() => Deno.readTextFile(path)));
  assertEquals(await why(`${folder.path}/none`), "no such file");
  assertEquals(await why(folder.path), "it is a folder");
  assertEquals(await why(`${file}/below`), "Not a directory");
  const { NotCapable, PermissionDenied } = Deno.errors;
  assertEquals(fileFault(new NotCapable("--allow-all")), "prompipe reads nothing there");
  assertEquals(fileFault(new PermissionDenied("(os error 13)")), "permission denied");
});
