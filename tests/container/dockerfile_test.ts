// Holds what the Dockerfile repeats against where it is written first.

import { assertEquals } from "@std/assert";
import { RUNTIME } from "../../build/runtime.ts";
import { TUNINGS } from "../../build/tuning.ts";
import project from "../../deno.json" with { type: "json" };

const DOCKERFILE = await Deno.readTextFile(new URL("../../Dockerfile", import.meta.url));

/** The first group of a pattern; undefined: it is not there. */
function find(pattern: RegExp): string | undefined {
  return pattern.exec(DOCKERFILE)?.[1];
}

Deno.test("the Dockerfile builds with the version of the runtime that it ships", () => {
  assertEquals(find(/^ARG BUILD_BASE=\S+:(\S+)$/m), RUNTIME.version);
});

Deno.test("the Dockerfile labels the image with the version in deno.json", () => {
  assertEquals(find(/^ARG VERSION=(\S+)$/m), project.version);
});

Deno.test("the Dockerfile gives V8 the flags that suit any command", () => {
  assertEquals(find(/^ENV DENO_V8_FLAGS=(\S+)$/m) ?? "", TUNINGS.otherwise.v8.join(","));
});

Deno.test("the Dockerfile checks the health with the command line that starts the program", () => {
  const lines = DOCKERFILE.replaceAll(/\\\n\s*/g, "");
  const command = (pattern: RegExp) => JSON.parse(pattern.exec(lines)?.[1] ?? "null");
  assertEquals(command(/^HEALTHCHECK .*?CMD (\[.*\])$/m), [
    ...command(/^ENTRYPOINT (\[.*\])$/m),
    "healthcheck",
  ]);
});
