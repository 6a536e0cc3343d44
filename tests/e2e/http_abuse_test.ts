// A receiver whose clients speak HTTP as they like. PROMPIPE_TEST_FULL=1 has them do so at
// random for five minutes.

import { assert, assertEquals } from "@std/assert";
import { rawRequests } from "../corpus/requests.ts";
import { WEB_SOCKET_CASES } from "../corpus/web_socket.ts";
import { dice } from "../fakes/damage.ts";
import { testUnless } from "../parts.ts";
import { converse, type Heard, objection } from "./raw_abuse.ts";
import { bytes, head, readAnswer, writeAll } from "./raw_http.ts";
import { withReceiver } from "./abused_receiver.ts";

const FULL = Deno.env.has("PROMPIPE_TEST_FULL");
const RANDOM_MS = 5 * 60_000;
const RANDOM_CASES = 300;
const MIB = 1024 * 1024;

Deno.test("each listener answers what it should, and closes on all that is no HTTP", async () => {
  await withReceiver(async (abused) => {
    const { receiver, authorization } = abused;
    const objections: string[] = [];
    for (const { name, bytes, push, scrape, last } of rawRequests(authorization)) {
      const ports = [[receiver.pushPort, push], [receiver.scrapePort, scrape]] as const;
      await Promise.all(ports.map(async ([port, wanted]) => {
        const which = port === receiver.pushPort ? "push" : "scrape";
        const heard = await converse(port, bytes, { last });
        const wrong = objection(heard, wanted, { last });
        if (wrong !== undefined) objections.push(`${name} (${which}): ${wrong}`);
        abused.hear(heard);
      }));
      await abused.assertSound(name);
    }
    assertEquals(objections, []);
    await abused.assertUnharmed();
  });
});

Deno.test("a stream that is no WebSocket is hung up on, and says why", async () => {
  await withReceiver(async (abused) => {
    const { receiver, authorization } = abused;
    const handshake = `GET /stream HTTP/1.1\r\nHost: x\r\n${authorization}\r\n` +
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      "Sec-WebSocket-Protocol: prompipe.v1\r\n\r\n";
    await Promise.all(WEB_SOCKET_CASES.map(async ({ name, bytes: said, code }) => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: receiver.pushPort });
      const sent = writeAll(connection, bytes(handshake, said)).catch(() => {});
      const answer = await readAnswer(connection);
      await sent;
      assertEquals(answer?.status, 101, name);
      // Its own frames before the close are short, and so is the close.
      const { body } = answer!;
      let at = 0;
      while (at < body.length && body[at] !== 0x88) at += 2 + body[at + 1]!;
      assertEquals(body[at + 2]! * 256 + body[at + 3]!, code, name);
    }));
    await abused.assertUnharmed();
  });
});

Deno.test("requests mixed at random change nothing for others", async () => {
  await withReceiver(async (abused) => {
    const { receiver, authorization } = abused;
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const roll = dice(seed);
    const table = rawRequests(authorization).filter(({ bytes }) => bytes.length < 20_000);
    const endMs = performance.now() + RANDOM_MS;
    let count = 0;
    const more = () => FULL ? performance.now() < endMs : count < RANDOM_CASES;
    await Promise.all(Array.from({ length: 4 }, async () => {
      while (more()) {
        count++;
        const said = mixed(table.map(({ bytes }) => bytes), roll);
        const port = roll(2) === 0 ? receiver.pushPort : receiver.scrapePort;
        abused.hear(await converse(port, said, { last: true }));
        if (count % 20 === 0) await abused.assertSound(`seed ${seed}, number ${count}`);
      }
    }));
    console.log(`${count} requests`);
    await abused.assertUnharmed();
  });
});

testUnless(
  Deno.build.os !== "linux" && "it reads /proc",
  "floods of requests and of chunks leave memory as it should be",
  async () => {
    await withReceiver(async (abused) => {
      const { receiver, authorization } = abused;
      const healthz = bytes(head("GET", "/healthz", { Connection: "keep-alive" }).repeat(20_000));
      await allAtOnce(5, () => converse(receiver.pushPort, healthz, { last: true }));
      await abused.assertSound("pipelined requests");

      const chunks = "1\r\nx\r\n".repeat(70_000);
      const unread = bytes(
        head("PUT", "/metrics/abuse/x", { "Transfer-Encoding": "chunked" }),
        chunks,
      );
      const heard = await allAtOnce(8, () => converse(receiver.pushPort, unread, { last: true }));
      assertEquals(heard.map(({ statuses }) => statuses), Array(8).fill([401]));
      await abused.assertSound("chunks that nobody reads");

      const read = bytes(
        `PUT /metrics/abuse/x HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`,
        `Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      );
      const stored = await allAtOnce(4, () => converse(receiver.pushPort, read));
      assertEquals(stored.map(({ statuses }) => statuses), Array(4).fill([204, 200]));

      const slow = await Promise.all(Array.from({ length: 200 }, async () => {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port: receiver.pushPort });
        await writeAll(connection, bytes(`GET / HTTP/1.1\r\nX: ${"a".repeat(60_000)}`));
        return connection;
      }));
      await abused.assertSound("half-sent headers");
      for (const connection of slow) connection.close();

      await abused.assertUnharmed();
      assert(await abused.peakBytes() < 350 * MIB, `${await abused.peakBytes() / MIB} MiB`);
    });
  },
);

async function allAtOnce(count: number, once: () => Promise<Heard>): Promise<Heard[]> {
  return await Promise.all(Array.from({ length: count }, once));
}

/** Pieces of several requests, some of their bytes changed. */
function mixed(table: readonly Uint8Array[], roll: (max: number) => number): Uint8Array {
  const pieces = Array.from({ length: 1 + roll(3) }, () => {
    const piece = table[roll(table.length)]!.slice();
    for (let count = roll(4); count > 0 && piece.length > 0; count--) {
      const at = roll(piece.length);
      piece[at] = ODD_BYTES[roll(ODD_BYTES.length)] ?? roll(256);
    }
    const from = roll(4) === 0 ? roll(piece.length) : 0;
    return piece.subarray(from, roll(4) === 0 ? from + roll(piece.length - from + 1) : undefined);
  });
  return bytes(...pieces);
}

const ODD_BYTES = [0, 9, 10, 13, 32, 34, 37, 44, 47, 58, 59, 60, 127, 128, 255, undefined];
