import { assertEquals } from "@std/assert";
import { tuningFlags, TUNINGS } from "../../build/tuning.ts";

Deno.test("tuningFlags() says nothing where there is nothing to say", () => {
  assertEquals(tuningFlags({ v8: [], codeCache: true }), []);
  assertEquals(tuningFlags({ v8: ["--a=1", "--b"], codeCache: false }), [
    "--no-code-cache",
    "--v8-flags=--a=1,--b",
  ]);
});

// With one that it does not know, nothing starts.
Deno.test("TUNINGS holds flags that this V8 knows", async () => {
  for (const tuning of [...Object.values(TUNINGS.byCommand), TUNINGS.otherwise]) {
    const { stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", ...tuningFlags(tuning), "data:text/javascript,"],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  }
});
