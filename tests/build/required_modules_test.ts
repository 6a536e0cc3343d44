import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { build, stop } from "esbuild";
import { builtinModules } from "../../build/builtin_modules.ts";
import { TempDir } from "../e2e/temp_dir.ts";

const PROJECT = join(import.meta.dirname!, "..", "..");
const PROGRAM = `import { WebSocketServer } from "ws";
console.log(typeof new WebSocketServer({ noServer: true }).handleUpgrade);`;

Deno.test("builtinModules() gives a library that requires node:events the class that it is", async () => {
  await using dir = await TempDir.make();
  try {
    const { outputFiles } = await build({
      stdin: { contents: PROGRAM, resolveDir: PROJECT },
      write: false,
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      plugins: [builtinModules()],
      logLevel: "silent",
    });
    await dir.write("program.mjs", outputFiles[0]!.text);
  } finally {
    await stop();
  }
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-env", join(dir.path, "program.mjs")],
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  assert(text.decode(stdout).includes("function"));
});
