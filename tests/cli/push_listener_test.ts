import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { bindPushPort, type PushTimeouts } from "../../cli/push_listener.ts";
import { Fault } from "../../cli/terminal.ts";
import type { PushHandler, PushRequest } from "../../receiver/mod.ts";
import { bytes, exchange, head, readAnswer, writeAll } from "../e2e/raw_http.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const SOON: PushTimeouts = {
  headersTimeout: 50,
  requestTimeout: 50,
  keepAliveTimeout: 50,
  connectionsCheckingInterval: 10,
};
const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

async function start(handler: PushHandler, timeouts?: PushTimeouts) {
  const log = new RecordedLog();
  const port = await bindPushPort(LOOPBACK, { log, tls: undefined, timeouts });
  const listener = port.answer(
    handler,
    () => Promise.resolve(new Response("no streams", { status: 404 })),
  );
  return {
    listener,
    log,
    port: Number(listener.address.split(":")[1]),
    url: `http://${listener.address}`,
    [Symbol.asyncDispose]: async () => {
      listener.cut();
      await listener.shutdown();
    },
  };
}

function text(line: string): Promise<Response> {
  return Promise.resolve(new Response(line));
}

async function read(request: PushRequest): Promise<string> {
  let read = "";
  for await (const piece of request.body ?? []) read += new TextDecoder().decode(piece);
  return read;
}

function connect(port: number): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

/** Sends what is no whole request, and tells how the server ends that. */
async function endOf(port: number, sent: string): Promise<number | undefined> {
  using connection = await connect(port);
  await writeAll(connection, bytes(sent));
  return (await readAnswer(connection))?.status;
}

Deno.test("bindPushPort() hands over method, path, headers, body and address as they were sent", async () => {
  await using started = await start(async (request, address) => {
    const { method, url, headers } = request;
    const said = [method, url, headers.get("X-A"), headers.get("X-B"), await read(request)];
    return Response.json([...said, address]);
  });
  const request = bytes(
    head("PUT", "/a/../%2f?b#c", { "x-a": "1", "Content-Length": "3" }),
    "abc",
  );
  const answer = await exchange(started.port, request);
  assertEquals(
    JSON.parse(new TextDecoder().decode(answer!.body)),
    ["PUT", "http://receiver/a/../%2f?b#c", "1", null, "abc", "127.0.0.1"],
  );
});

Deno.test("bindPushPort() sends status, headers and body of the answer", async () => {
  await using started = await start(() =>
    Promise.resolve(new Response("no\n", { status: 418, headers: { "Retry-After": "1" } }))
  );
  const response = await fetch(started.url);
  assertEquals([response.status, response.headers.get("Retry-After")], [418, "1"]);
  assertEquals(await response.text(), "no\n");
});

Deno.test("bindPushPort() keeps a connection for many bodies", async () => {
  await using started = await start(async (request) => text(String((await read(request)).length)));
  using connection = await connect(started.port);
  const body = "x".repeat(200_000);
  for (let i = 0; i < 3; i++) {
    const head = `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
    await writeAll(connection, bytes(head, body));
    const buffer = new Uint8Array(1_000);
    const said = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    assertMatch(said, /^HTTP\/1\.1 200 .*keep-alive.*200000$/s);
  }
});

Deno.test("bindPushPort() closes who sends no request, half of one or no other", async () => {
  await using started = await start(() => text("ok"), SOON);
  const sent = ["", "GET / HTTP/1.1\r\nHost:", "GET / HTTP/1.1\r\nHost: x\r\n"];
  for (const each of sent) assertEquals(await endOf(started.port, each), 408, each);
  assertEquals(await endOf(started.port, REQUEST), 200);
});

Deno.test("bindPushPort() closes who has the answer and goes on sending", async () => {
  await using started = await start(() => text("no"));
  assertEquals(await endOf(started.port, head("PUT", "/", { "Content-Length": "10" })), 200);
});

Deno.test("bindPushPort() asks for a body only once it is wanted", async () => {
  await using started = await start(async (request) =>
    text(request.method === "PUT" ? await read(request) : "not read")
  );
  const expecting = { Expect: "100-continue", "Content-Length": "3" };
  const wanted = await exchange(started.port, bytes(head("PUT", "/", expecting), "abc"));
  assertEquals(wanted!.status, 100);
  const unwanted = await exchange(started.port, bytes(head("POST", "/", expecting)));
  assertEquals(unwanted!.status, 200);
});

Deno.test("bindPushPort() drops the oldest of too many who have shown nothing, and nobody else", async () => {
  await using started = await start(async (request) => text(await read(request)));
  using known = await connect(started.port);
  await writeAll(known, bytes(REQUEST));
  const buffer = new Uint8Array(1_000);
  await known.read(buffer);
  const strangers: Deno.TcpConn[] = [];
  try {
    for (let i = 0; i <= 1_024; i++) strangers.push(await connect(started.port));
    assertEquals(await readAnswer(strangers[0]!), undefined, "the oldest is closed");
    for (const connection of [known, strangers.at(-1)!]) {
      await writeAll(connection, bytes(REQUEST));
      assert((await connection.read(buffer) ?? 0) > 0);
    }
  } finally {
    for (const connection of strangers) connection.close();
  }
});

Deno.test("bindPushPort() survives what is no HTTP", async () => {
  await using started = await start(() => text("ok"));
  const sent = {
    "\x16\x03\x01\x02\0\x01\0\x01\xfc": 400,
    "BREW / HTTP/1.1\r\nHost: x\r\n\r\n": 400,
    "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
    [`GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`]: 431,
    "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n": undefined,
  };
  for (const [each, status] of Object.entries(sent)) {
    assertEquals(await endOf(started.port, each), status, each.slice(0, 20));
  }
  assertEquals(await (await fetch(started.url)).text(), "ok");
});

Deno.test("bindPushPort() hands over a body in chunks of any size, whenever it is read", async () => {
  await using started = await start(async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return new Response(String((await read(request)).length));
  });
  for (const [count, size] of [[40, 65_536], [20_000, 1], [1, 3_000_000]] as const) {
    const chunk = `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
    const request = bytes(
      head("PUT", "/", { "Transfer-Encoding": "chunked" }),
      chunk.repeat(count),
      "0\r\n\r\n",
    );
    const answer = await exchange(started.port, request);
    assertEquals(new TextDecoder().decode(answer?.body), String(count * size));
  }
});

Deno.test("bindPushPort() leaves chunks to the system that nobody reads", async () => {
  await using started = await start(() => text("no"));
  using connection = await connect(started.port);
  await writeAll(connection, bytes(head("PUT", "/", { "Transfer-Encoding": "chunked" })));
  const flooding = (async () => {
    const chunks = bytes("1\r\nx\r\n".repeat(10_000));
    for (;;) await writeAll(connection, chunks);
  })();
  const answer = await readAnswer(connection);
  assertEquals([answer?.status, answer?.headers.get("connection")], [200, "close"]);
  await assertRejects(() => flooding);
});

Deno.test("bindPushPort() closes who sends requests without end, and takes no answer", async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using started = await start(() => {
    asked++;
    return promise;
  });
  using connection = await connect(started.port);
  await assertRejects(async () => {
    for (;;) await writeAll(connection, bytes(REQUEST.repeat(1_000)));
  });
  assertEquals(asked, 32);
  resolve(new Response());
});

Deno.test("bindPushPort() answers 500 and no more where the handler fails, and logs why", async () => {
  const error = new Error("bug");
  await using started = await start(() => Promise.reject(error));
  const response = await fetch(started.url);
  assertEquals([response.status, await response.text()], [500, ""]);
  assertEquals(started.log.events.slice(1), [
    { level: "error", event: "request failed", fields: { listener: "push", error } },
  ]);
});

Deno.test("bindPushPort() says that something else listens there", async () => {
  await using started = await start(() => text("ok"));
  const log = new RecordedLog();
  const at = { host: "127.0.0.1", port: started.port };
  const fault = await assertRejects(() => bindPushPort(at, { log, tls: undefined }));
  assert(fault instanceof Fault, String(fault));
  assertEquals(
    fault.message,
    `Cannot listen on "127.0.0.1:${started.port}" (push): something else listens there`,
  );
});

Deno.test("bindPushPort() names the address that this machine doesn't have", async () => {
  const at = { host: "192.0.2.1", port: 0 }; // TEST-NET-1, RFC 5737
  const options = { log: new RecordedLog(), tls: undefined };
  const fault = await assertRejects(() => bindPushPort(at, options));
  assertEquals(
    fault instanceof Fault && fault.message,
    'Cannot listen on "192.0.2.1:0" (push): this machine has no such address',
  );
});

Deno.test("Listener.shutdown() answers what has arrived, and closes who waits", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: answer, resolve: goOn } = Promise.withResolvers<Response>();
  const { listener, port, url } = await start(() => {
    arrive();
    return answer;
  });
  using idle = await connect(port);
  const asked = fetch(url).then((response) => response.text());
  await arrived;
  const stopped = listener.shutdown();
  goOn(new Response("in time"));
  assertEquals(await asked, "in time");
  await stopped;
  assertEquals(await readAnswer(idle), undefined);
  await assertRejects(() => fetch(url));
});
