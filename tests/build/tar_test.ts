import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { tarOf } from "../../build/tar.ts";
import { TempDir } from "../e2e/temp_dir.ts";

Deno.test("tarOf() makes what tar unpacks: names, modes, times and bytes", async () => {
  await using folder = await TempDir.make();
  const files = [
    { name: "empty", mode: 0o444, bytes: new Uint8Array() },
    { name: "one-block", mode: 0o555, bytes: new Uint8Array(512).fill(65) },
    { name: "a bit more", mode: 0o640, bytes: new Uint8Array(1300).fill(66) },
  ];
  const path = `${folder.path}/archive.tar`;
  await Deno.writeFile(path, tarOf(files, 946_684_800).stream());
  const { success } = await new Deno.Command("tar", { args: ["-xpf", path, "-C", folder.path] })
    .output();
  assertEquals(success, true);
  for (const { name, mode, bytes } of files) {
    const info = await Deno.stat(`${folder.path}/${name}`);
    assertEquals(info.mode! & 0o777, mode);
    assertEquals(info.mtime, new Date("2000-01-01T00:00:00Z"));
    assertEquals(await Deno.readFile(`${folder.path}/${name}`), bytes);
  }
});

Deno.test("tarOf() refuses a name that doesn't fit", () => {
  const file = { name: "x".repeat(101), mode: 0o444, bytes: new Uint8Array() };
  const error = assertThrows(() => tarOf([file], 0));
  assertStringIncludes(String(error), "too long a name");
});
