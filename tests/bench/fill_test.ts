import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { pushEach, scrapeEach } from "../../bench/fill.ts";
import { BenchReceiver, Program } from "../../bench/program.ts";

Deno.test("pushEach() and scrapeEach() reach every target, and fail where one is refused", async () => {
  await using program = new Program("source");
  await using receiver = await BenchReceiver.start(program, ["--max-targets", "40"]);
  const body = new TextEncoder().encode("up_and_running 1\n");
  await pushEach(receiver, { targets: 40, body });
  const list = await (await fetch(`http://${receiver.scrape}/api/v1/targets`)).json();
  assertEquals(list.targets.length, 40);
  await scrapeEach(receiver, 40);

  const refused = await assertRejects(() => pushEach(receiver, { targets: 41, body }));
  assertStringIncludes(String(refused), "was answered 507, not 204");
  const missing = await assertRejects(() => scrapeEach(receiver, 41));
  assertStringIncludes(String(missing), "was answered 404, not 200");
});
