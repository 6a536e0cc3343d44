// What breaks a stream, and that it mends: fresh again within 15 s of the fault's end, and no
// snapshot that was never sent, or is half of one, ever appears.

import type { Part } from "../parts.ts";
import { runInNamespace } from "./namespace.ts";
import { noRoot, scenario, type Seen } from "./scenario.ts";
import { editedConfig, renewedCertificate, revokedToken } from "./stream_changes.ts";
import { killedReceivers, killedSenders } from "./stream_kills.ts";
import { faultsOfNetwork } from "./stream_network.ts";
import { streamsThroughNginx } from "./stream_nginx.ts";
import { allOf, lasts } from "./stream_ways.ts";

/** When all is to happen at once. */
const APART_MS = 2_000;
const FRESH = "fresh within 15 s of its end; each answer whole and really given";

scenario({
  name: "stream-network",
  breaks: "proxies on the way of streams: hold back, forget, go dead, refuse, cut",
  holds: FRESH,
  needs: ["openssl"],
  ci: false,
}, faultsOfNetwork);

scenario({
  name: "stream-packets",
  breaks: "packets of streams: dropped, 30 % lost, of one connection for good; ends die unseen",
  holds: FRESH,
  needs: ["iptables"],
  unless: noRoot,
  ci: false,
}, packets);

scenario({
  name: "stream-receiver-killed",
  breaks: "receivers of streams: killed, told to stop, stopped; started again",
  holds: FRESH,
  ci: false,
}, killedReceivers);

scenario({
  name: "stream-sender-killed",
  breaks: "senders of streams: killed, told to stop, stopped; started again",
  holds: "503 at once on demand, after the time to live of a push; then fresh within 15 s",
  ci: false,
}, killedSenders);

scenario({
  name: "stream-nginx",
  breaks: "an nginx with its default timeouts: reloaded, killed, its receiver killed, no upgrades",
  holds: `${FRESH}; no cut where all is quiet; PUT where no stream passes`,
  needs: ["nginx", "openssl"],
  ci: false,
}, streamsThroughNginx);

scenario({
  name: "stream-certificate",
  breaks: "the certificate under an open stream is renewed",
  holds: "the stream goes on, and the next one is opened with the new one",
  needs: ["openssl"],
  ci: false,
}, renewedCertificate);

scenario({
  name: "stream-token",
  breaks: "the token of a stream is revoked, given back, narrowed, widened",
  holds: `closed within a second or so, 503 and why; ${FRESH}`,
  ci: false,
}, revokedToken);

scenario({
  name: "stream-config",
  breaks: "a pair moves from PUT to a stream, to on demand and back, and goes",
  holds: "each answer is pushed once, one way at a time; what is gone is silent",
  ci: false,
}, editedConfig);

scenario({
  name: "stream-all-faults",
  breaks: "all of these at once",
  holds: "each as it does alone",
  needs: ["iptables", "nginx", "openssl"],
  unless: noRoot,
  ci: true,
}, async (seen, parts) => {
  let faults = 0;
  const say: Seen = (what, value, unit) => {
    faults++;
    console.log(what, value, unit ?? "");
  };
  const groups = [
    packets,
    editedConfig,
    faultsOfNetwork,
    streamsThroughNginx,
    killedReceivers,
    revokedToken,
    killedSenders,
    renewedCertificate,
  ];
  await allOf(groups.map(async (group, i) => {
    // Not all programs at once: they take a core for a moment when they start.
    await lasts(i * APART_MS);
    await group(say, parts);
  }));
  seen("figures", faults);
});

async function packets(seen: Seen, { iptables }: { iptables: Part }): Promise<void> {
  await runInNamespace("stream_packets.ts", { seen, iptables, timeoutMs: 180_000 });
}
