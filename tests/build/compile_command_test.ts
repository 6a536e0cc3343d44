import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { incomplete } from "../../build/release.ts";
import { parseTarget } from "../../build/compile.ts";
import { compileArgs, compileFailure } from "../../build/compile_command.ts";
import { fileName, TARGETS } from "../../build/targets.ts";
import { tuningFlags, TUNINGS } from "../../build/tuning.ts";

const GRANTS = { unstable: ["net"], permissions: { default: { net: true, env: ["A", "B"] } } };

Deno.test("compileArgs() compiles the bundle alone, with what is granted and no more", () => {
  const args = compileArgs({
    grants: GRANTS,
    target: "aarch64-apple-darwin",
    main: "/staged/main.js",
    output: "/dist/prompipe",
  });
  assertEquals(
    args.join(" "),
    "compile --quiet --no-config --no-lock --no-npm --no-remote --no-prompt --unstable-net " +
      "--allow-net --allow-env=A,B " +
      `${
        tuningFlags(TUNINGS.otherwise).join(" ")
      } --target aarch64-apple-darwin --app-name prompipe ` +
      "--output /dist/prompipe /staged/main.js",
  );
});

Deno.test("compileArgs() names no target where it's this machine's", () => {
  const args = compileArgs({ grants: GRANTS, target: undefined, main: "m", output: "o" });
  assertEquals(args.includes("--target"), false);
});

Deno.test("fileName() tells targets apart, and ends in .exe on Windows alone", () => {
  assertEquals(TARGETS.map(fileName), [
    "prompipe-x86_64-unknown-linux-gnu",
    "prompipe-aarch64-unknown-linux-gnu",
    "prompipe-x86_64-apple-darwin",
    "prompipe-aarch64-apple-darwin",
    "prompipe-x86_64-pc-windows-msvc.exe",
  ]);
});

Deno.test("parseTarget() takes a known target or none, and names them all otherwise", () => {
  assertEquals(parseTarget([]), undefined);
  assertEquals(parseTarget(["--target", "x86_64-apple-darwin"]), "x86_64-apple-darwin");
  const unknown = assertThrows(() => parseTarget(["--target", "mars"]));
  assertEquals(
    String(unknown),
    `BuildError: Cannot compile for "mars": --target must be one of ${TARGETS.join(", ")}`,
  );
  const misspelt = assertThrows(() => parseTarget(["--traget", "x"]));
  assertStringIncludes(String(misspelt), "--traget");
});

const NO_BASE = "the base runtime (denort) could not be had; name one with DENORT_BIN, or make " +
  "a file for Linux without it: deno task portable";

Deno.test("compileFailure() names the ways out where the base runtime is missing", () => {
  const said = `error: Writing deno compile executable to temporary file 'x.tmp'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (https://example.invalid/denort.zip)`;
  assertEquals(compileFailure(said), NO_BASE);
  assertEquals(compileFailure("error: Is a directory\n"), "error: Is a directory");
});

Deno.test("incomplete() says each reason once, and what was made", () => {
  const failures = [
    { target: "a", reason: NO_BASE },
    { target: "b", reason: "disk full" },
    { target: "c", reason: NO_BASE },
  ];
  assertEquals(
    incomplete(failures, ["prompipe-linux-x64"]),
    `Cannot compile for a, c: ${NO_BASE}
Cannot compile for b: disk full
The release is not complete; made: prompipe-linux-x64, SHA256SUMS`,
  );
});
