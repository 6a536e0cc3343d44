// SIGTERM and SIGINT end both sides in time, cleanly, and lose nothing that arrived.

import { assert, assertEquals } from "@std/assert";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { Receiver, Sender } from "./prompipe.ts";
import { bytes, head, readAnswer, writeAll } from "./raw_http.ts";
import { waitFor } from "./wait_for.ts";

const PATH = "/metrics/fooservice/rpi";
const MAX_STOP_MS = 10_000;
const SOON_MS = 15_000;
const BODY = "temperature 21\nhumidity 40\n";

/** A connection over which half of an upload has been sent. */
async function sendHalf(receiver: Receiver): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: receiver.pushPort });
  const request = head("PUT", PATH, {
    Authorization: `Bearer ${receiver.token}`,
    "Content-Length": String(BODY.length),
    Expect: "100-continue",
  });
  await writeAll(connection, bytes(request));
  // "100 Continue" comes when the handler reads the body: the upload is under way.
  const buffer = new Uint8Array(1_000);
  const read = await connection.read(buffer) ?? 0;
  assertEquals(new TextDecoder().decode(buffer.subarray(0, read)).slice(0, 12), "HTTP/1.1 100");
  await writeAll(connection, bytes(BODY.slice(0, 10)));
  return connection;
}

/** Waits until the receiver takes no new connections: it has begun to stop. */
function stopsListening(receiver: Receiver): Promise<void> {
  return waitFor(async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: receiver.pushPort })
      .catch(() => undefined);
    connection?.close();
    assertEquals(connection, undefined, "a new connection was taken");
  }, { timeoutMs: SOON_MS, what: "the receiver to stop listening" });
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} ends a receiver and a sender at work with status 0`, async () => {
    await using exporter = FakeExporter.start(() => gauge(1));
    await using receiver = await Receiver.start();
    await using sender = await Sender.start({
      bearer_token: receiver.token,
      interval: "1s",
      pairs: [{ source: exporter.url, destination: receiver.destination(PATH) }],
    });
    await waitFor(async () => assertEquals((await receiver.scrape(PATH)).status, 200), {
      timeoutMs: SOON_MS,
      what: "the first push",
    });
    // The sender's kept-alive connection must not hold the receiver up.
    const ends = await Promise.all([
      receiver.process.end(signal, { timeoutMs: MAX_STOP_MS }),
      sender.process.end(signal, { timeoutMs: MAX_STOP_MS }),
    ]);
    assertEquals(ends.map(({ code, signal }) => ({ code, signal })), [
      { code: 0, signal: null },
      { code: 0, signal: null },
    ], receiver.process.output + sender.process.output);
  });

  Deno.test(`${signal} ends a sender that waits for a hanging source`, async () => {
    await using exporter = FakeExporter.start(() => gauge(1));
    await using receiver = await Receiver.start();
    await using sender = await Sender.start({
      bearer_token: receiver.token,
      interval: "1s",
      timeout: "1m",
      pairs: [{ source: exporter.url, destination: receiver.destination(PATH) }],
    });
    // It hangs on a connection that was good before.
    await waitFor(() => assert(exporter.asked > 0, "the source was not asked"), {
      timeoutMs: SOON_MS,
      what: "the first scrape",
    });
    exporter.behaviour = { kind: "hang" };
    await waitFor(() => assert(exporter.asked > 1, "the source was not asked again"), {
      timeoutMs: SOON_MS,
      what: "the second scrape",
    });
    const { code } = await sender.process.end(signal, { timeoutMs: MAX_STOP_MS });
    assertEquals(code, 0, sender.process.output);
  });

  Deno.test(`${signal} ends a receiver while an upload stays half sent`, async () => {
    await using receiver = await Receiver.start();
    using _upload = await sendHalf(receiver);
    const { code } = await receiver.process.end(signal, { timeoutMs: MAX_STOP_MS });
    assertEquals(code, 0, receiver.process.output);
  });

  Deno.test(`an upload under way at ${signal} is answered`, async () => {
    await using receiver = await Receiver.start();
    using upload = await sendHalf(receiver);
    receiver.process.signal(signal);
    await stopsListening(receiver);
    await writeAll(upload, bytes(BODY.slice(10)));
    assertEquals((await readAnswer(upload))?.status, 204);
    assertEquals((await receiver.process.status).code, 0, receiver.process.output);
  });
}
