// What breaks a stream, and that it mends: fresh again within 15 s of the fault's end, and no
// snapshot that was never sent, or is half of one, ever appears.

import { scenario } from "./scenario.ts";
import { killedReceivers, killedSenders } from "./stream_kills.ts";
import { faultsOfNetwork } from "./stream_network.ts";

scenario({
  name: "stream-network",
  breaks: "the network under streams: holds back, loses, forgets, refuses, cuts",
  holds: "fresh within 15 s of its end; each answer whole and really given",
  needs: ["openssl"],
  ci: true,
}, faultsOfNetwork);

scenario({
  name: "stream-receiver-killed",
  breaks: "receivers of streams: killed, told to stop, stopped; started again",
  holds: "fresh within 15 s of its return; each answer whole and really given",
  ci: true,
}, killedReceivers);

scenario({
  name: "stream-sender-killed",
  breaks: "a sender of streams: killed, told to stop, stopped; started again",
  holds: "503 at once on demand, after the time to live of a push; then fresh within 15 s",
  ci: true,
}, killedSenders);
