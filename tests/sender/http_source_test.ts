import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { createGet } from "../../sender/http_source.ts";
import { RawServer } from "../fakes/raw_server.ts";

const OPTIONS = {
  headers: {},
  signal: new AbortController().signal,
  maxBodyBytes: 1_000_000,
};

function serve(handler: (request: Request) => Response) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const url = new URL(`http://127.0.0.1:${server.addr.port}/metrics?a=b`);
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("Get gives status, headers and body as they came", async () => {
  await using server = serve(() =>
    new Response("not here", {
      status: 404,
      headers: { "Content-Type": "text/plain", "Location": "/b" },
    })
  );
  using get = createGet();
  const body = new Uint8Array(new TextEncoder().encode("not here"));
  const answer = await get(server.url, OPTIONS);
  assertEquals({ ...answer, body: new Uint8Array(answer.body) }, {
    status: 404,
    contentType: "text/plain",
    contentEncoding: undefined,
    location: "/b",
    body,
  });
});

Deno.test("Get asks for path and query, with the headers it was given", async () => {
  let asked: string[] = [];
  await using server = serve((request) => {
    const { pathname, search } = new URL(request.url);
    asked = [request.method, pathname + search, request.headers.get("X-Test") ?? ""];
    return new Response();
  });
  using get = createGet();
  await get(server.url, { ...OPTIONS, headers: { "X-Test": "yes" } });
  assertEquals(asked, ["GET", "/metrics?a=b", "yes"]);
});

Deno.test("Get leaves gzip packed, every byte as it was", async () => {
  const packed = new Uint8Array(gzipSync("up 1\n".repeat(50_000)));
  await using server = serve(() =>
    new Response(packed, { headers: { "Content-Encoding": "gzip" } })
  );
  using get = createGet();
  const { body, contentEncoding } = await get(server.url, OPTIONS);
  assertEquals(contentEncoding, "gzip");
  assertEquals(new Uint8Array(body), packed);
});

Deno.test("Get joins a body of many chunks", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  await using server = serve(() => {
    const chunks = Array.from({ length: 60 }, (_, i) => bytes.subarray(i * 1000, i * 1000 + 1000));
    return new Response(ReadableStream.from(chunks));
  });
  using get = createGet();
  assertEquals(new Uint8Array((await get(server.url, OPTIONS)).body), bytes);
});

Deno.test("Get takes a body that ends with the connection, as HTTP/1.0 has it", async () => {
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nup 1\n");
  });
  using get = createGet();
  const { body } = await get(server.url, OPTIONS);
  assertEquals(new TextDecoder().decode(body), "up 1\n");
});

Deno.test("Get passes over an interim answer", async () => {
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  using get = createGet();
  assertEquals((await get(server.url, OPTIONS)).status, 200);
});

Deno.test("Get asks again over the connection it has", async () => {
  await using server = new RawServer(async (connection) => {
    while (await connection.request()) {
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  using get = createGet();
  for (let time = 0; time < 5; time++) await get(server.url, OPTIONS);
  assertEquals(server.connections, 1);
});

Deno.test("Get makes a new connection where the old one was closed meanwhile", async () => {
  await using server = new RawServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    // The next request reaches a connection that answers no more.
    await connection.request();
  });
  using get = createGet();
  for (let time = 0; time < 3; time++) {
    assertEquals((await get(server.url, OPTIONS)).status, 200);
  }
});
