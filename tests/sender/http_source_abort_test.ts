import { assert, assertEquals, assertRejects } from "@std/assert";
import { createGet } from "../../sender/http_source.ts";
import { RawServer } from "../fakes/raw_server.ts";

const HEAD = "HTTP/1.1 200 OK\r\n";

Deno.test("Get rejects with its signal's reason as soon as it aborts, wherever it is stuck", async () => {
  const length = "Content-Length: 5\r\n\r\n";
  for (const sent of ["", "HTTP/1.1 2", HEAD, HEAD + length, `${HEAD}${length}up`]) {
    const stopping = new AbortController();
    await using server = new RawServer(async (connection) => {
      await connection.request();
      await connection.send(sent);
      stopping.abort();
      await connection.request(); // until the other side goes away
    });
    using get = createGet();
    const options = { headers: {}, signal: stopping.signal, maxBodyBytes: 1_000 };
    const error = await assertRejects(() => get(server.url, options));
    assert(error === stopping.signal.reason, `after ${JSON.stringify(sent)}: ${error}`);
  }
});

Deno.test("Get asks nobody once its signal has aborted", async () => {
  await using server = new RawServer(async (connection) => {
    await connection.request();
  });
  using get = createGet();
  const options = { headers: {}, signal: AbortSignal.abort(), maxBodyBytes: 1 };
  await assertRejects(() => get(server.url, options));
  assertEquals(server.connections, 0);
});

Deno.test("Get doesn't ask again where its signal aborts on a connection used before", async () => {
  let requests = 0;
  const stopping = new AbortController();
  await using server = new RawServer(async (connection) => {
    while (await connection.request()) {
      requests++;
      if (requests === 1) await connection.send(`${HEAD}Content-Length: 2\r\n\r\nok`);
      else if (requests === 2) stopping.abort();
      else await connection.send(`${HEAD}Content-Length: 2\r\n\r\nok`);
    }
  });
  using get = createGet();
  const options = { headers: {}, signal: stopping.signal, maxBodyBytes: 10 };
  await get(server.url, options);
  const error = await assertRejects(() => get(server.url, options));
  assert(error === stopping.signal.reason, String(error));
  // Whatever was asked again stands before this one.
  await get(server.url, { ...options, signal: new AbortController().signal });
  assertEquals([requests, server.connections], [3, 2]);
});
