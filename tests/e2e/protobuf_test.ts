// What a source said as protobuf arrives byte for byte: nothing on the way takes it for text.

import { assert, assertEquals } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { FakeExporter } from "../fakes/exporter.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { bytes, exchange, head } from "./raw_http.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/fooservice/rpi";
const SOON_MS = 15_000;
const PROTOBUF_TYPE =
  "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/** Every byte, in every neighbourhood to its right: nothing that text could survive. */
const EVERY_BYTE = Uint8Array.from({ length: 256 * 64 }, (_, i) => (i * (1 + (i >> 8))) & 0xff);

for (const gzipped of [false, true]) {
  Deno.test(
    `a protobuf body ${gzipped ? "gzipped by" : "from"} the source arrives byte for byte`,
    async () => {
      const headers = new Headers({ "Content-Type": PROTOBUF_TYPE });
      if (gzipped) headers.set("Content-Encoding", "gzip");
      const body = gzipped ? new Uint8Array(gzipSync(EVERY_BYTE)) : EVERY_BYTE;
      await using exporter = FakeExporter.start(() => new Response(body, { headers }));
      await using receiver = await Receiver.start();
      await using _sender = await Sender.start({
        bearer_token: receiver.token,
        interval: "1s",
        pairs: [{ source: exporter.url, destination: receiver.destination(PATH) }],
      });

      const scrape = async (acceptEncoding: string) => {
        const request = head("GET", PATH, { "Accept-Encoding": acceptEncoding });
        const answer = await exchange(receiver.scrapePort, bytes(request));
        assert(answer !== undefined, "closed without an answer");
        assertEquals(answer.status, 200);
        assertEquals(answer.headers.get("content-type"), PROTOBUF_TYPE);
        return answer;
      };
      await waitFor(() => scrape("gzip"), { timeoutMs: SOON_MS, what: "the first push" });

      const plain = await scrape("identity");
      assertEquals(plain.headers.get("content-encoding"), undefined);
      assertEquals(plain.body, EVERY_BYTE);
      const packed = await scrape("gzip");
      assertEquals(packed.headers.get("content-encoding"), "gzip");
      assertEquals(new Uint8Array(gunzipSync(packed.body)), EVERY_BYTE);
    },
  );
}
