// Faults of real packets. In its long form the link is down for ten minutes too.

import { runInNamespace } from "./namespace.ts";
import { IS_LONG, noRoot, scenario } from "./scenario.ts";

scenario({
  name: "link",
  breaks: "packets are dropped, all and 30 %; the receiver's name moves; its IPv6 leads nowhere",
  holds: "fresh within two intervals and a timeout, few lines in the log, no growth",
  needs: ["iptables"],
  unless: noRoot,
  ci: true,
}, async (seen, { iptables }) => {
  await runInNamespace("link.ts", {
    seen,
    iptables,
    timeoutMs: IS_LONG ? 20 * 60_000 : 120_000,
    // Interval, timeout, and how long the link is down each time, in seconds.
    args: IS_LONG ? ["4", "10", "5", "60", "600"] : ["1", "2", "4"],
  });
});
