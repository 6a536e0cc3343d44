// Debian's Pushgateway, as its package starts it: it reads every push, compares it with all
// groups it has (its consistency check), and writes the metrics anew for each scrape, its
// own among them.

import { freePort } from "../../tests/e2e/free_port.ts";
import { RunningProcess } from "../../tests/e2e/processes.ts";
import { type MissingPart, part } from "../../tests/parts.ts";
import { acceptHeaders, packed, packedHeaders, type Peer } from "./peer.ts";

export async function startPushgateway(): Promise<Peer | MissingPart> {
  const found = part("pushgateway");
  if ("missing" in found) return found;
  const address = `127.0.0.1:${freePort()}`;
  const process = new RunningProcess(found.path, {
    args: [`--web.listen-address=${address}`],
    env: found.env,
  });
  await process.waitForOutput(/listen_address=|Listening on/);
  return {
    name: "Pushgateway",
    pids: [process.pid],
    put: (body, encoding) => ({
      method: "PUT",
      url: `http://${address}/metrics/job/bench/instance/one`,
      headers: packedHeaders(encoding),
      body: packed(body, encoding),
    }),
    get: (encoding) => ({
      method: "GET",
      url: `http://${address}/metrics`,
      headers: acceptHeaders(encoding),
    }),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
