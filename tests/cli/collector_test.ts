import { assert } from "@std/assert";
import { collectGarbage } from "../../cli/collector.ts";
import { waitFor } from "../e2e/wait_for.ts";

Deno.test("collectGarbage() frees what nobody has any more", async () => {
  const seen = new WeakRef(new Uint8Array(1_000_000));
  await waitFor(async () => {
    await collectGarbage();
    assert(seen.deref() === undefined, "still there");
  }, { timeoutMs: 5_000, what: "the buffer to go" });
});
