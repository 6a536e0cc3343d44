// What a receiver tells of its state.

import { assert } from "@std/assert";
import type { Receiver } from "../e2e/prompipe.ts";
import { waitFor } from "../e2e/wait_for.ts";

/** A metric of the state, by the rest of its name. */
export async function stateMetric(receiver: Receiver, name: string): Promise<number> {
  const { text } = await receiver.scrape("/metrics");
  const line = text.split("\n").find((one) => one.startsWith(`prompipe_receiver_state_${name} `));
  return Number(line?.split(" ")[1]);
}

/** Waits until all that was taken before is on the disk: the second pass from now began after. */
export async function waitForPasses(receiver: Receiver): Promise<void> {
  const before = await stateMetric(receiver, 'writes_total{result="ok"}');
  await waitFor(async () => {
    assert(await stateMetric(receiver, 'writes_total{result="ok"}') >= before + 2, "too few");
  }, { timeoutMs: 30_000, what: "two passes of the state" });
}
