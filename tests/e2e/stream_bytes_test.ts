// What a stream costs on the wire, all counted, beside PUT in the same run, and that it is the
// exporter's own bytes that Prometheus gets.

import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { CountingProxy } from "../fakes/counting_proxy.ts";
import { testWithParts } from "../parts.ts";
import { NodeExporter } from "./node_exporter.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/node/rpi";
/** Ten minutes at 4 s, or as much as shows that it works. */
const IS_FULL = Deno.env.get("PROMPIPE_TEST_FULL") === "1";
const [INTERVAL, SNAPSHOTS] = IS_FULL ? ["4s", 150] as const : ["300ms", 30] as const;
/** So many arrive for certain: the last one may be on its way, and a busy machine may miss some. */
const MIN_SEEN = IS_FULL ? SNAPSHOTS - 1 : 0.9 * SNAPSHOTS;
/** Of all snapshots, the first one in full; few snapshots have a greater part of that. */
const MAX_BYTES = IS_FULL ? 750 : 1_100;

/** A real exporter that remembers what it said. */
function recorded(url: string) {
  const said: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { body, headers } = await fetch(url, {
      headers: { Accept: request.headers.get("accept") ?? "" },
    });
    const text = await new Response(body).text();
    said.push(text);
    return new Response(new Uint8Array(gzipSync(text)), {
      headers: { "Content-Type": headers.get("content-type")!, "Content-Encoding": "gzip" },
    });
  });
  return {
    said,
    url: `http://127.0.0.1:${server.addr.port}/metrics`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

testWithParts(
  "a node exporter's snapshot takes at most 750 bytes of a stream, and arrives as it was",
  ["node-exporter"],
  async (parts) => {
    await using real = await NodeExporter.start(parts["node-exporter"]);
    await using exporter = recorded(real.url);
    await using streamed = await Receiver.start();
    await using pushed = await Receiver.start({ token: streamed.token });
    await using stream = new CountingProxy(streamed.pushPort);
    await using put = new CountingProxy(pushed.pushPort);
    await using _ = await Sender.start({
      bearer_token: streamed.token,
      interval: INTERVAL,
      pairs: [{
        source: exporter.url,
        destination: [
          `ws://127.0.0.1:${stream.port}${PATH}`,
          `http://127.0.0.1:${put.port}${PATH}`,
        ],
      }],
    });
    const seen = new Set<string>();
    const timeoutMs = IS_FULL ? 700_000 : 60_000;
    await waitFor(async () => {
      const { status, text } = await streamed.scrape(PATH);
      if (status === 200) seen.add(text);
      assert(exporter.said.length >= SNAPSHOTS);
    }, { timeoutMs, what: `${SNAPSHOTS} snapshots` });
    const snapshots = exporter.said.length;
    const each = stream.bytes / snapshots;
    const eachPut = put.bytes / snapshots;
    console.log(
      `bytes of each of ${snapshots} snapshots: ${each.toFixed(0)} streamed, ` +
        `${eachPut.toFixed(0)} by PUT; ${seen.size} seen`,
    );
    assert(each <= MAX_BYTES, `${each} bytes a snapshot`);
    assert(eachPut > 5 * each, `${eachPut} by PUT, ${each} by a stream`);
    const said = new Set(exporter.said);
    assertEquals([...seen].filter((text) => !said.has(text)), [], "what was never said");
    // Looked at more often than anything changes.
    assert(seen.size >= MIN_SEEN, `${seen.size} of ${SNAPSHOTS} seen`);
  },
);
