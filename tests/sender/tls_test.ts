// Real TLS, on both ways of a sender: to sources, and to destinations.

import { assert, assertEquals } from "@std/assert";
import { PutDelivery } from "../../sender/delivery.ts";
import { createGet } from "../../sender/http_source.ts";
import type { Tls } from "../../sender/pair.ts";
import { scrape } from "../../sender/scrape.ts";
import { Transports } from "../../sender/transports.ts";
import { getCACertificates } from "node:tls";
import { agentOptions, destinationOptions } from "../../sender/tls.ts";
import { Authority } from "../fakes/certificates.ts";
import { HttpsServer } from "../fakes/https_server.ts";
import { makeDestination, makeSource } from "../fakes/pair.ts";
import { testWithParts } from "../parts.ts";
import { report } from "./reports.ts";

const SIGNAL = () => AbortSignal.timeout(10_000);

function tlsWith(overrides: Partial<Tls>): Tls {
  return {
    ca: undefined,
    cert: undefined,
    key: undefined,
    serverName: undefined,
    insecureSkipVerify: false,
    ...overrides,
  };
}

/** What comes of a scrape: "ok", or what the sender says. */
async function scraped(server: HttpsServer, tls: Tls | undefined): Promise<string> {
  using get = createGet();
  const source = makeSource(server.url("/metrics"), { tls });
  const target = { source, timeoutMs: 10_000, maxBodyBytes: 1_000 };
  const result = await scrape(target, { get, userAgent: "test", signal: SIGNAL() });
  return result.ok ? "ok" : result.failure.detail.replace(/ \(127.*/, "");
}

async function delivered(server: HttpsServer, tls: Tls | undefined): Promise<string> {
  using transports = new Transports();
  const destination = makeDestination(server.url("/metrics/a/b"), { tls });
  const fetch = transports.fetchFor(tls);
  const put = new PutDelivery({ destination, userAgent: "test", timeoutMs: 10_000, fetch });
  const result = await put.deliver(report(), SIGNAL());
  return result.ok ? "ok" : result.reason;
}

testWithParts(
  "a source's certificate is checked as source_tls says",
  ["openssl"],
  async (parts) => {
    await using ours = await Authority.make(parts.openssl);
    await using other = await Authority.make(parts.openssl);
    await using here = await HttpsServer.start(await ours.issue("IP:127.0.0.1"));
    await using named = await HttpsServer.start(await ours.issue("DNS:exporter.example"));
    const ca = ours.cert;
    const unknown = "certificate of an unknown authority";
    const table: [HttpsServer, Tls | undefined, string][] = [
      [here, undefined, unknown],
      [here, tlsWith({}), unknown],
      [here, tlsWith({ ca: other.cert }), unknown],
      [here, tlsWith({ ca }), "ok"],
      [here, tlsWith({ ca: `${other.cert}\n${ca}` }), "ok"],
      [here, tlsWith({ insecureSkipVerify: true }), "ok"],
      [named, tlsWith({ ca }), "certificate of another name"],
      [named, tlsWith({ ca, serverName: "exporter.example" }), "ok"],
      [named, tlsWith({ ca, serverName: "other.example" }), "certificate of another name"],
      [named, tlsWith({ insecureSkipVerify: true }), "ok"],
    ];
    for (const [server, tls, said] of table) assertEquals(await scraped(server, tls), said);
  },
);

testWithParts(
  "a destination's certificate is checked as destination_tls says",
  ["openssl"],
  async (parts) => {
    await using ours = await Authority.make(parts.openssl);
    await using other = await Authority.make(parts.openssl);
    const taking = { status: 204 };
    await using here = await HttpsServer.start(await ours.issue("IP:127.0.0.1"), taking);
    await using named = await HttpsServer.start(await ours.issue("DNS:push.example"), taking);
    const ca = ours.cert;
    const table: [HttpsServer, Tls | undefined, string][] = [
      [here, undefined, "unknown issuer"],
      [here, tlsWith({}), "unknown issuer"],
      [here, tlsWith({ ca: other.cert }), "unknown issuer"],
      [here, tlsWith({ ca }), "ok"],
      [here, tlsWith({ insecureSkipVerify: true }), "ok"],
      [named, tlsWith({ ca, serverName: "push.example" }), "ok"],
      [named, tlsWith({ ca, serverName: "other.example" }), "certificate of another name"],
      [named, tlsWith({ insecureSkipVerify: true }), "ok"],
    ];
    for (const [server, tls, said] of table) assertEquals(await delivered(server, tls), said);
    const wrongName = await delivered(named, tlsWith({ ca }));
    assert(wrongName.includes("not valid for name"), wrongName);
  },
);

Deno.test("a ca_file is all that is trusted of a source, and one more of a destination", () => {
  const tls = tlsWith({ ca: "a certificate" });
  const wellKnown = getCACertificates("default");
  assert(wellKnown.length > 100);
  assertEquals(agentOptions(tls).ca, "a certificate");
  assertEquals(destinationOptions(tls).ca, [...wellKnown, "a certificate"]);
  assertEquals("ca" in destinationOptions(tlsWith({})), false);
});

testWithParts(
  "source and destination are shown the client's certificate",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    const ca = authority.cert;
    const own = await authority.issue("IP:127.0.0.1", "DNS:push.example");
    const client = await authority.issue("DNS:sender.example");
    await using source = await HttpsServer.start(own, { clients: ca });
    await using receiver = await HttpsServer.start(own, { clients: ca, status: 204 });
    assertEquals(await scraped(source, tlsWith({ ca })), "asks for a client's certificate");
    assertEquals(await scraped(source, tlsWith({ ca, ...client })), "ok");
    for (const serverName of [undefined, "push.example"]) {
      assert(await delivered(receiver, tlsWith({ ca, serverName })) !== "ok");
    }
    assertEquals(await delivered(receiver, tlsWith({ ca, ...client })), "ok");
    const named = tlsWith({ ca, ...client, serverName: "push.example" });
    assertEquals(await delivered(receiver, named), "ok");
    const [first, second] = receiver.asked;
    assertEquals([first!.method, first!.url], ["PUT", "/metrics/a/b"]);
    assertEquals(first!.body.length > 0, true);
    // Whichever way it took, the receiver got the same.
    assertEquals(second!.body, first!.body);
    assertEquals(second!.headers["content-encoding"], "gzip");
  },
);

testWithParts("createGet() shares connections between sources with equal TLS, and no others", [
  "openssl",
], async (parts) => {
  await using authority = await Authority.make(parts.openssl);
  await using server = await HttpsServer.start(await authority.issue("IP:127.0.0.1"));
  using get = createGet();
  const ask = async (tls: Tls) => {
    const options = { headers: {}, signal: SIGNAL(), maxBodyBytes: 1_000, tls };
    assertEquals((await get(new URL(server.url("/metrics")), options)).status, 200);
  };
  for (let time = 0; time < 3; time++) await ask(tlsWith({ ca: authority.cert }));
  assertEquals(server.connections, 1);
  await ask(tlsWith({ insecureSkipVerify: true }));
  assertEquals(server.connections, 2);
});
