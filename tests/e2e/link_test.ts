// Faults of real packets. PROMPIPE_TEST_FULL=1 takes the link down for ten minutes too.

import { testInNamespace } from "./namespace.ts";

const IS_FULL = Deno.env.has("PROMPIPE_TEST_FULL");

testInNamespace(
  "a sender is fresh again soon after its link was down or lossy, and follows a name",
  "link.ts",
  {
    timeoutMs: IS_FULL ? 20 * 60_000 : 120_000,
    // Interval, timeout, and how long the link is down each time, in seconds.
    args: IS_FULL ? ["4", "10", "5", "60", "600"] : ["1", "2", "4"],
  },
);
