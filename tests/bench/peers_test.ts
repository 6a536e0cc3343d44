import { assert, assertEquals } from "@std/assert";
import { madeBody } from "../../bench/bodies.ts";
import { startNginx } from "../../bench/peers/nginx.ts";
import type { Encoding, Peer } from "../../bench/peers/peer.ts";
import { startReceiver } from "../../bench/peers/prompipe.ts";
import { startPushgateway } from "../../bench/peers/pushgateway.ts";
import { Program } from "../../bench/program.ts";
import { waitFor } from "../e2e/wait_for.ts";
import { type MissingPart, testWithParts } from "../parts.ts";

const PROGRAM = new Program("source");
/** Each with the number of its processes. */
const PEERS: Record<string, { start: () => Promise<Peer | MissingPart>; processes: number }> = {
  prompipe: { start: () => startReceiver(PROGRAM), processes: 1 },
  Pushgateway: { start: startPushgateway, processes: 1 },
  nginx: { start: startNginx, processes: 1 + navigator.hardwareConcurrency },
};

for (const [name, { start, processes }] of Object.entries(PEERS)) {
  for (const encoding of ["plain", "gzip"] as const) {
    testWithParts(
      `${name} gives back what was put, ${encoding}`,
      ["pushgateway", "nginx"],
      async () => {
        const peer = await start();
        if ("missing" in peer) throw new Error(peer.missing);
        await using _ = peer;
        await holds(peer, encoding);
        await waitFor(() => assertEquals(new Set(peer.pids).size, processes), {
          ...{ timeoutMs: 10_000, what: "all processes" },
        });
      },
    );
  }
}

async function holds(peer: Peer, encoding: Encoding): Promise<void> {
  const body = madeBody(20_000);
  const { url, headers, body: bytes } = peer.put(body, encoding)!;
  const put = await fetch(url, { method: "PUT", headers, body: bytes ?? null });
  await put.body?.cancel();
  assert(put.ok, `${put.status}`);
  const get = peer.get(encoding)!;
  const back = await fetch(get.url, {
    headers: { "Accept-Encoding": "identity", ...get.headers },
  });
  // The Pushgateway writes it anew, in an order of its own.
  const sent = samples(new TextDecoder().decode(body.plain));
  assert(sent > 100);
  assertEquals(samples(await back.text()), sent);
}

function samples(text: string): number {
  return text.split("\n").filter((line) => line.startsWith("shop_")).length;
}
