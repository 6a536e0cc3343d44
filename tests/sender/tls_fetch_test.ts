// Answers that no `Response` can hold, or that end too soon: each has an end for the sender.

import { assertEquals } from "@std/assert";
import { createTlsFetch } from "../../sender/tls_fetch.ts";
import { Authority, type Certificate } from "../fakes/certificates.ts";
import { testWithParts } from "../parts.ts";

/** Says the same to whoever comes, and hangs up. */
function startTeller(certificate: Certificate, answer: string) {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...certificate });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(16 * 1024));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  return {
    url: new URL(`https://127.0.0.1:${listener.addr.port}/`),
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

testWithParts("createTlsFetch() rejects for an answer that is none", ["openssl"], async (parts) => {
  await using authority = await Authority.make(parts.openssl);
  const own = await authority.issue("IP:127.0.0.1");
  const table = [
    ["HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n", "answered 600"],
    ["HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", "answered 99"],
    [
      "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      "connection closed",
    ],
  ] as const;
  for (const [answer, message] of table) {
    await using teller = startTeller(own, answer);
    using fetch = createTlsFetch({
      ca: undefined,
      cert: undefined,
      key: undefined,
      serverName: undefined,
      insecureSkipVerify: true,
    });
    const init = { method: "PUT", body: "x", signal: AbortSignal.timeout(10_000) };
    const said = await fetch(teller.url, init).then(() => "answered", ({ message }) => message);
    assertEquals(said, message);
  }
});

testWithParts("createTlsFetch() takes a body that is cut for no whole one", [
  "openssl",
], async (parts) => {
  await using authority = await Authority.make(parts.openssl);
  const own = await authority.issue("IP:127.0.0.1");
  await using teller = startTeller(own, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc");
  using fetch = createTlsFetch({
    ca: undefined,
    cert: undefined,
    key: undefined,
    serverName: undefined,
    insecureSkipVerify: true,
  });
  const response = await fetch(teller.url, { signal: AbortSignal.timeout(10_000) });
  const said = await response.text().then(() => "whole", () => "cut");
  assertEquals(said, "cut");
});
