// Proxies of the environment.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Authority } from "../fakes/certificates.ts";
import { FakeExporter, gauge } from "../fakes/exporter.ts";
import { FakeReceiver } from "../fakes/receiver.ts";
import { newToken, startPrompipe } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";
import { testWithParts } from "../parts.ts";

const SOON = { timeoutMs: 20_000, what: "a push" };
const END = "\r\n\r\n";

/** A proxy that opens tunnels (RFC 9110, 9.3.6), to one place whatever it is asked for. */
class TunnelProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open: Deno.Conn[] = [];
  readonly #accepting: Promise<void>;
  /** The first line of each request. */
  readonly asked: string[] = [];

  constructor(port: number) {
    this.#accepting = (async () => {
      for await (const client of this.#listener) this.#serve(client, port).catch(() => {});
    })();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async #serve(client: Deno.Conn, port: number): Promise<void> {
    this.#open.push(client);
    let request = "";
    const buffer = new Uint8Array(4096);
    while (!request.endsWith(END)) {
      const count = await client.read(buffer);
      if (count === null) return;
      request += new TextDecoder().decode(buffer.subarray(0, count));
    }
    this.asked.push(request.split("\r\n")[0]!);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    this.#open.push(server);
    await client.write(new TextEncoder().encode(`HTTP/1.1 200 OK${END}`));
    await Promise.all([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const each of this.#open) {
      try {
        each.close();
      } catch {
        // It was closed by its stream.
      }
    }
    await this.#accepting;
  }
}

testWithParts(
  "a sender goes through HTTPS_PROXY to destinations, bar those of NO_PROXY, and to no source",
  ["openssl"],
  async ({ openssl }) => {
    await using folder = await TempDir.make();
    await using authority = await Authority.make(openssl);
    const tls = await authority.issue("DNS:push.example", "IP:127.0.0.1");
    const ca = await folder.write("ca.pem", authority.cert);
    await using behind = new FakeReceiver({ tls });
    await using near = new FakeReceiver({ tls });
    await using exporter = FakeExporter.start(() => gauge(1));
    await using proxy = new TunnelProxy(behind.port);
    const config = await folder.write(
      "config.json",
      JSON.stringify({
        bearer_token: newToken(),
        interval: "500ms",
        destination_tls: { ca_file: ca },
        pairs: [{
          source: exporter.url,
          // A name that only the proxy can reach.
          destination: ["https://push.example:1234/metrics/a/b", near.destination("/metrics/a/b")],
        }],
      }),
    );
    await using _sender = startPrompipe(["sender", "--config", config], {
      HTTPS_PROXY: proxy.url,
      HTTP_PROXY: proxy.url,
      NO_PROXY: "127.0.0.1",
      // As it is in a unit and in the portable file; else the runtime asks after itself.
      DENO_NO_UPDATE_CHECK: "1",
    });
    for (const receiver of [behind, near]) {
      await waitFor(() => assert(receiver.pushesMs("/metrics/a/b").length > 2), SOON);
    }
    assert(proxy.asked.length > 0);
    assertMatch(proxy.asked[0]!, /^CONNECT push\.example:1234 HTTP\/1\.1$/);
    assertEquals(new Set(proxy.asked).size, 1, proxy.asked.join("\n"));
  },
);
