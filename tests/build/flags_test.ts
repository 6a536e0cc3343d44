import { assertEquals, assertThrows } from "@std/assert";
import { grantFlags, type Grants } from "../../build/flags.ts";
import project from "../../deno.json" with { type: "json" };

Deno.test("grantFlags() turns what is granted into flags, and asks nobody for more", () => {
  const grants: Grants = {
    unstable: ["net", "cron"],
    permissions: { default: { net: true, env: ["A", "B_*"], run: [] } },
  };
  assertEquals(grantFlags(grants), [
    "--no-prompt",
    "--unstable-net",
    "--unstable-cron",
    "--allow-net",
    "--allow-env=A,B_*",
  ]);
});

Deno.test("grantFlags() refuses a value that would read as two", () => {
  const grants: Grants = { unstable: [], permissions: { default: { read: ["/a,b"] } } };
  const error = assertThrows(() => grantFlags(grants));
  assertEquals(String(error), 'Error: Cannot pass "/a,b" in a list: it holds a comma');
});

Deno.test("grantFlags() takes deno.json as it is, with nothing allowed wholesale but files, net and variables", () => {
  const flags = grantFlags(project as Grants);
  assertEquals(
    flags.filter((flag) => flag.startsWith("--allow-") && !flag.includes("=")),
    ["--allow-net", "--allow-read", "--allow-write", "--allow-env"],
  );
  assertEquals(flags.includes("--unstable-net"), true);
});
