// A sender whose sources answer as they like: the others are piped as ever.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { RawServer } from "../fakes/raw_server.ts";
import { testUnless } from "../parts.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { waitFor } from "./wait_for.ts";

const MIB = 1024 * 1024;
const CHUNK = "1\r\nx\r\n";
const CHUNKS = 2_000_000;

testUnless(
  Deno.build.os !== "linux" && "it reads /proc",
  "a source that answers in pieces of a byte, or never, costs no other and little memory",
  async () => {
    let whole = 0;
    await using pieces = new RawServer(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const some = CHUNK.repeat(10_000);
      for (let sent = 0; sent < CHUNKS; sent += 10_000) await connection.send(some);
      await connection.send("0\r\n\r\n");
      whole++;
      await connection.request();
    });
    await using interim = new RawServer(async (connection) => {
      await connection.request();
      for (;;) await connection.send("HTTP/1.1 102 Processing\r\n\r\n".repeat(1_000));
    });
    await using exporter = FakeExporter.start(() => gauge(1));
    await using receiver = await Receiver.start();
    const pair = (source: string, instance: string) => ({
      source,
      destination: receiver.destination(`/metrics/abused/${instance}`),
    });
    await using sender = await Sender.start({
      bearer_token: receiver.token,
      interval: "1s",
      timeout: "30s",
      pairs: [
        pair(pieces.url.href, "pieces"),
        pair(interim.url.href, "interim"),
        pair(exporter.url, "good"),
      ],
    });
    const options = { timeoutMs: 60_000, what: "the sources' snapshots" };
    await waitFor(async () => {
      const [good, big, failed] = await Promise.all(
        ["good", "pieces", "interim"].map((name) => receiver.scrape(`/metrics/abused/${name}`)),
      );
      assertEquals([good?.status, big?.status, failed?.status], [200, 200, 502]);
      assertEquals(big?.text.length, CHUNKS);
    }, options);
    assert(whole > 0);
    const asked = exporter.asked;
    await waitFor(() => assert(exporter.asked > asked), options);

    const status = await Deno.readTextFile(`/proc/${sender.process.pid}/status`);
    const peakBytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
    assert(peakBytes < 300 * MIB, `${Math.round(peakBytes / MIB)} MiB`);
  },
);
