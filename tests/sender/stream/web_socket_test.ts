import { assert, assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { CLOSE } from "../../../protocol/stream/mod.ts";
import type { Tls } from "../../../sender/pair.ts";
import type { SocketEvents } from "../../../sender/stream/socket.ts";
import { webSocketOpener } from "../../../sender/stream/web_socket.ts";
import { Authority } from "../../fakes/certificates.ts";
import { makeDestination } from "../../fakes/pair.ts";
import { StreamReceiver } from "../../fakes/stream_receiver.ts";
import { testWithParts } from "../../parts.ts";
import { waitFor } from "../../e2e/wait_for.ts";

const NEVER = new AbortController().signal;

/** Events that are kept. */
function recorded() {
  const messages: Uint8Array[] = [];
  const closed: [number, string][] = [];
  const events: SocketEvents = {
    message: (message) => messages.push(message),
    closed: (code, reason) => closed.push([code, reason]),
  };
  return { events, messages, closed };
}

function opener(url: string, overrides = {}, env: Record<string, string> = {}) {
  const destination = makeDestination(url, overrides);
  const options = { userAgent: "prompipe/test", env: (name: string) => env[name] };
  return { open: webSocketOpener(destination, options), ...destination };
}

Deno.test("webSocketOpener() asks for the stream beside the destination, as who and with what", async () => {
  await using receiver = new StreamReceiver({ refuse: () => undefined });
  const { open, bearerToken } = opener(receiver.destination("/metrics/node/rpi"));
  const { events, closed } = recorded();
  const opened = await open(events, NEVER);
  assert(opened.ok);
  const { path, headers } = receiver.upgrades[0]!;
  assertEquals(path, "/stream");
  assertEquals(
    ["authorization", "user-agent", "sec-websocket-protocol", "sec-websocket-extensions"]
      .map((name) => headers.get(name)),
    [`Bearer ${bearerToken}`, "prompipe/test", "prompipe.v1", null],
  );
  opened.socket.close(CLOSE.silent, "ü".repeat(100));
  await waitFor(() => assertEquals([receiver.streams[0]?.closeCode, closed.length], [4408, 1]), {
    timeoutMs: 5_000,
    what: "the close",
  });
});

Deno.test("webSocketOpener() goes to the stream beside a path that an ingress puts before it", async () => {
  await using receiver = new StreamReceiver();
  const { open } = opener(receiver.destination("/base/metrics/node/rpi"));
  await open(recorded().events, NEVER);
  assertEquals(receiver.upgrades[0]?.path, "/base/stream");
});

Deno.test("webSocketOpener() tells what an upgrade was refused with, and whether PUT may do", async () => {
  const table = [
    [200, "yes", false, /^200 hi \(the receiver knows no streams, or/],
    [302, "yes", false, /^302 hi \(the receiver knows no streams, or/],
    [400, "yes", false, /^400 hi \(the receiver knows no streams, or/],
    [401, "no", false, /^401 hi \(check "bearer_token"/],
    [403, "no", false, /^403 hi \(this token/],
    [404, "yes", false, /^404 hi \(the receiver knows no streams, or/],
    [405, "yes", false, /^405 hi \(the receiver knows no streams, or/],
    [426, "yes", false, /^426 hi \(the receiver knows no streams, or/],
    [429, "no", true, /^429 hi$/],
    [501, "yes", true, /^501 hi \(the receiver knows no streams, or/],
    [503, "perhaps", true, /^503 hi$/],
  ] as const;
  for (const [status, unfit, retriable, reason] of table) {
    const headers = { "Retry-After": "7" };
    await using receiver = new StreamReceiver({
      refuse: () => new Response("hi", { status, headers }),
    });
    const { open } = opener(receiver.destination("/metrics/node/rpi"));
    const opened = await open(recorded().events, NEVER);
    assert(!opened.ok, `${status}`);
    assertEquals([opened.unfit, opened.failure.retriable], [unfit, retriable], `${status}`);
    assertEquals([opened.failure.refused, opened.failure.retryAfterMs], [false, 7_000]);
    assertMatch(opened.failure.reason, reason);
  }
});

Deno.test("webSocketOpener() tells no token that something on the way tells", async () => {
  await using receiver = new StreamReceiver({
    refuse: (request) => new Response(request.headers.get("authorization"), { status: 403 }),
  });
  const { open, bearerToken } = opener(receiver.destination("/metrics/node/rpi"));
  const opened = await open(recorded().events, NEVER);
  assert(!opened.ok && !opened.failure.reason.includes(bearerToken));
  assertMatch(opened.failure.reason, /^403 Bearer … /);
});

Deno.test("webSocketOpener() gives up who is not there, and who doesn't answer in time", async () => {
  const { open } = opener("ws://127.0.0.1:1/metrics/node/rpi");
  const refused = await open(recorded().events, NEVER);
  assertEquals(!refused.ok && [refused.unfit, refused.failure.reason], [
    "no",
    "connection refused",
  ]);

  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { open: openSilent } = opener(`ws://127.0.0.1:${silent.addr.port}/metrics/node/rpi`);
  const stopping = new AbortController();
  const opening = openSilent(recorded().events, stopping.signal);
  const connection = await silent.accept();
  stopping.abort();
  const opened = await opening;
  assertEquals(!opened.ok && opened.failure.reason, "no answer in time");
  connection.close();
});

testWithParts(
  "webSocketOpener() speaks TLS as destination_tls says",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    await using receiver = new StreamReceiver({}, await authority.issue("DNS:push.internal"));
    const url = `wss://127.0.0.1:${receiver.port}/metrics/node/rpi`;
    const nothing = {
      ca: undefined,
      cert: undefined,
      key: undefined,
      serverName: undefined,
      insecureSkipVerify: false,
    };
    const table: [Tls | undefined, boolean][] = [
      [undefined, false],
      [{ ...nothing, ca: authority.cert }, false],
      [{ ...nothing, ca: authority.cert, serverName: "push.internal" }, true],
      [{ ...nothing, insecureSkipVerify: true }, true],
    ];
    for (const [tls, ok] of table) {
      const { events } = recorded();
      const opened = await opener(url, { tls }).open(events, NEVER);
      assertEquals(opened.ok, ok, JSON.stringify(tls?.serverName));
      if (opened.ok) opened.socket.close(CLOSE.done, "");
    }
  },
);

testWithParts(
  "webSocketOpener() goes through the proxy of the environment",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    await using plain = new StreamReceiver();
    await using secure = new StreamReceiver({}, await authority.issue("IP:127.0.0.1"));
    const asked: string[] = [];
    let status = 200;
    const proxy = createServer();
    proxy.on("connect", (request, client) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
      if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const upstream = connect(Number(request.url!.split(":")[1]), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(client);
        client.pipe(upstream);
      });
      for (const each of [upstream, client]) each.on("error", () => each.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const place = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { HTTP_PROXY: `http://u:p@${place}`, HTTPS_PROXY: place };
    const tls = { ca: authority.cert, cert: undefined, key: undefined };
    const own = { tls: { ...tls, serverName: undefined, insecureSkipVerify: false } };
    for (
      const [url, overrides] of [
        [plain.destination("/metrics/a/b"), {}],
        [`wss://127.0.0.1:${secure.port}/metrics/a/b`, own],
      ] as const
    ) {
      const opened = await opener(url, overrides, env).open(recorded().events, NEVER);
      assert(opened.ok, JSON.stringify(opened));
      opened.socket.close(CLOSE.done, "");
    }
    assertEquals(asked, [
      `127.0.0.1:${plain.port} Basic dTpw`,
      `127.0.0.1:${secure.port} undefined`,
    ]);
    status = 403;
    const { open } = opener(plain.destination("/metrics/a/b"), {}, env);
    const opened = await open(recorded().events, NEVER);
    const said = !opened.ok && [opened.unfit, opened.failure.reason];
    assertEquals(said, ["perhaps", "the proxy says 403"]);
    proxy.closeAllConnections();
    proxy.close();
  },
);
