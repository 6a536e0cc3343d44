import { assertEquals } from "@std/assert";
import { unreadableSource } from "../../systemd/source_tree.ts";
import { RootedSystem } from "./rooted_system.ts";

Deno.test("unreadableSource() looks at the program alone", async () => {
  for (
    const [name, mode, closed] of [
      ["main.ts", 0o644, undefined],
      ["main.ts", 0o600, "/src/main.ts"],
      ["deno.json", 0o640, "/src/deno.json"],
      ["node_modules/.deno/a@1/a/index.js", 0o600, "/src/node_modules/.deno/a@1/a/index.js"],
      ["config.json", 0o600, undefined],
      [".git/config", 0o600, undefined],
      [".parts/x.ts", 0o600, undefined],
    ] as const
  ) {
    await using system = await RootedSystem.make();
    await system.file(`/src/${name}`, { mode });
    assertEquals(await unreadableSource("/src", system), closed);
  }
});

Deno.test("unreadableSource() minds closed folders on the way to the program", async () => {
  await using system = await RootedSystem.make();
  await system.file("/src/main.ts");
  await system.file("/src/secrets/token");
  await system.folder("/src/secrets", 0o700);
  assertEquals(await unreadableSource("/src", system), undefined);
  await system.file("/src/sender/deep/mod.ts");
  await system.folder("/src/sender", 0o750);
  assertEquals(await unreadableSource("/src", system), "/src/sender");
});

Deno.test("unreadableSource() passes over links that lead nowhere or in a circle", async () => {
  await using system = await RootedSystem.make();
  await system.file("/src/main.ts");
  await Deno.symlink("none.ts", system.path("/src/broken.ts"));
  await Deno.symlink("circle.ts", system.path("/src/circle.ts"));
  assertEquals(await unreadableSource("/src", system), undefined);
});
