// What breaks a stream, and that it mends: fresh again within 15 s of the fault's end, and no
// snapshot that was never sent, or is half of one, ever appears.

import { scenario } from "./scenario.ts";
import { faultsOfNetwork } from "./stream_network.ts";

scenario({
  name: "stream-network",
  breaks: "the network under streams: holds back, loses, forgets, refuses, cuts",
  holds: "fresh within 15 s of its end; each answer whole and really given",
  needs: ["openssl"],
  ci: true,
}, faultsOfNetwork);
