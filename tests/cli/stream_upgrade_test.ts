// A real WebSocket at the push listener.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { bindPushPort } from "../../cli/push_listener.ts";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "../../protocol/stream/mod.ts";
import type { AdmitStream, OpenStream, StreamConnection } from "../../receiver/mod.ts";
import { bytes, exchange, head, readAnswer, writeAll } from "../e2e/raw_http.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

async function start(admit: AdmitStream) {
  const port = await bindPushPort(LOOPBACK, { log: new RecordedLog(), tls: undefined });
  const handler = () => Promise.resolve(new Response("plain"));
  const listener = port.answer(handler, admit);
  return {
    listener,
    port: Number(listener.address.split(":")[1]),
    url: `ws://${listener.address}/stream`,
    [Symbol.asyncDispose]: async () => {
      listener.cut();
      await listener.shutdown();
    },
  };
}

/** A receiver that keeps what it hears; a message is done once the test says so. */
function hearing() {
  const heard: Uint8Array[] = [];
  const gone = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<StreamConnection>();
  const busy: (() => void)[] = [];
  const open: OpenStream = (connection) => {
    opened.resolve(connection);
    return {
      message(message) {
        heard.push(message);
        return message[0] === 1 ? new Promise((resolve) => busy.push(resolve)) : undefined;
      },
      closed: () => gone.resolve(),
    };
  };
  const admit: AdmitStream = () => Promise.resolve(open);
  return { heard, gone: gone.promise, opened: opened.promise, busy, admit };
}

function connect(url: string): WebSocket {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  socket.binaryType = "arraybuffer";
  return socket;
}

function event<K extends "open" | "message" | "close">(socket: WebSocket, name: K) {
  return new Promise<WebSocketEventMap[K]>((resolve) => {
    socket.addEventListener(name, resolve as (event: Event) => void, { once: true });
  });
}

Deno.test("an upgrade that is refused gets a plain answer, and the connection ends", async () => {
  const headers = { "Retry-After": "3", "WWW-Authenticate": "Bearer" };
  await using started = await start(() =>
    Promise.resolve(new Response("no\n", { status: 429, headers }))
  );
  const upgrade = { "Connection": "Upgrade", "Upgrade": "websocket" };
  const answer = await exchange(started.port, bytes(head("GET", "/stream", upgrade)));
  assertEquals(
    [answer?.status, answer?.headers.get("retry-after"), new TextDecoder().decode(answer?.body)],
    [429, "3", "no\n"],
  );
});

Deno.test("what asks for another protocol is answered as any request", async () => {
  await using started = await start(() => Promise.resolve(new Response(null, { status: 500 })));
  const upgrade = { "Connection": "close, Upgrade, HTTP2-Settings", "Upgrade": "h2c" };
  const answer = await exchange(started.port, bytes(head("GET", "/", upgrade)));
  assertEquals(answer?.status, 200);
});

Deno.test("the connection ends with the answer to who asked for another protocol", async () => {
  await using started = await start(() => Promise.resolve(new Response(null, { status: 500 })));
  for (const upgrade of ["h2c", "nonsense", "h2c, websocket"]) {
    const headers = { "Connection": "Upgrade", "Upgrade": upgrade };
    const asked = bytes(head("GET", "/", headers), head("GET", "/", { Connection: "keep-alive" }));
    const answer = await exchange(started.port, asked);
    assertEquals([answer?.status, answer?.headers.get("connection")], [200, "close"], upgrade);
    assertEquals(new TextDecoder().decode(answer?.body), "plain");
  }
});

Deno.test("messages go both ways, and a close says why", async () => {
  const { admit, heard, opened, gone } = hearing();
  await using started = await start(admit);
  const socket = connect(started.url);
  await event(socket, "open");
  assertEquals(socket.protocol, SUBPROTOCOL);
  const connection = await opened;
  const said = event(socket, "message");
  connection.send(new Uint8Array([7, 8]));
  assertEquals([...new Uint8Array((await said).data)], [7, 8]);
  socket.send(new Uint8Array([2, 3]));
  const closed = event(socket, "close");
  const echoed = event(socket, "message");
  socket.send(new Uint8Array([4]));
  connection.send(new Uint8Array([5]));
  await echoed;
  connection.close(4401, "x".repeat(200));
  const { code, reason } = await closed;
  assertEquals([code, reason], [4401, "x".repeat(120)]);
  await gone;
  assert(heard.length <= 2);
});

Deno.test("a message waits until the one before is done", async () => {
  const { admit, heard, opened, busy, gone } = hearing();
  await using started = await start(admit);
  const socket = connect(started.url);
  await event(socket, "open");
  const connection = await opened;
  socket.send(new Uint8Array([1]));
  socket.send(new Uint8Array([2]));
  while (busy.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const said = event(socket, "message");
  connection.send(new Uint8Array([9]));
  await said;
  assertEquals(heard.map(([first]) => first), [1]);
  busy[0]!();
  while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  socket.close();
  await gone;
});

Deno.test("a text ends the stream, even of a sender that never says goodbye", async () => {
  const { admit, heard, gone } = hearing();
  await using started = await start(admit);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: started.port });
  const upgrade = head("GET", "/stream", {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": SUBPROTOCOL,
  });
  const text = Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 65);
  const message = Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 65);
  await writeAll(connection, bytes(upgrade, text, message));
  const answer = await readAnswer(connection);
  assertEquals(answer?.status, 101);
  assertEquals([...answer!.body.subarray(0, 4)], [0x88, 21, 1003 >> 8, 1003 & 255]);
  await gone;
  assertEquals(heard, []);
});

Deno.test("a text, or a message that is too long, ends the stream", async () => {
  for (const message of ["text", new Uint8Array(MAX_MESSAGE_BYTES + 1)]) {
    const { admit, heard, gone } = hearing();
    await using started = await start(admit);
    const socket = connect(started.url);
    await event(socket, "open");
    const closed = event(socket, "close");
    socket.send(message);
    assertMatch(String((await closed).code), /^10(03|09)$/);
    await gone;
    assertEquals(heard, []);
  }
});
