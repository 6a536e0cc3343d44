import { assertEquals } from "@std/assert";
import { countFreeFiles } from "../../cli/free_files.ts";

Deno.test("countFreeFiles() gets no more than it wants, and keeps none", () => {
  for (let i = 0; i < 1_000; i++) assertEquals(countFreeFiles(100), 100);
});

Deno.test("countFreeFiles() takes all for free where there is nothing to try it with", () => {
  assertEquals(countFreeFiles(100, "/there/is/no/such/file"), 100);
});
