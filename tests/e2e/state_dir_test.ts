// A state directory that a receiver may not have.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { newToken, Receiver, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";

Deno.test("a second receiver on the same state is refused, with status 1", async () => {
  await using folder = await TempDir.make();
  const args = ["--state-dir", folder.path];
  await using _first = await Receiver.start({ args });
  await using second = startPrompipe(["receiver", ...args], { BEARER_TOKEN: newToken() });
  assertEquals((await second.status).code, 1);
  assertEquals(
    second.output,
    `prompipe: Cannot use state directory "${folder.path}": another receiver is using it\n`,
  );
});

Deno.test("a state directory that can't be used is named, with status 1", async () => {
  await using folder = await TempDir.make();
  const path = await folder.write("file", "");
  await using refused = startPrompipe(["receiver", "--state-dir", path], {
    BEARER_TOKEN: newToken(),
  });
  assertEquals((await refused.status).code, 1);
  assertStringIncludes(refused.output, `Cannot use state directory "${path}": Not a directory`);
});
