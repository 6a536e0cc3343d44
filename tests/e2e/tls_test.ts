// The push listener over TLS, with a certificate that is renewed while it runs.

import { assertEquals } from "@std/assert";
import { Authority } from "../fakes/certificates.ts";
import { testWithParts } from "../parts.ts";
import { Receiver } from "./prompipe.ts";
import { TempDir } from "./temp_dir.ts";
import { waitFor } from "./wait_for.ts";

testWithParts(
  "a receiver takes pushes over TLS, and a renewed certificate on SIGHUP while it does",
  ["openssl"],
  async ({ openssl }) => {
    await using folder = await TempDir.make();
    await using old = await Authority.make(openssl);
    await using renewed = await Authority.make(openssl);
    const write = async ({ cert, key }: { cert: string; key: string }) => ({
      cert: await folder.write("cert.pem", cert),
      key: await folder.write("key.pem", key),
    });
    const { cert, key } = await write(await old.issue("IP:127.0.0.1"));
    await using receiver = await Receiver.start({ args: ["--tls-cert", cert, "--tls-key", key] });
    const push = async ({ cert }: Authority) => {
      using client = Deno.createHttpClient({ caCerts: [cert] });
      const url = receiver.destination("/metrics/a/b").replace("http:", "https:");
      const headers = { Authorization: `Bearer ${receiver.token}` };
      const init = { method: "PUT", headers, body: "x".repeat(100_000), client };
      const response = await fetch(url, init).catch(() => undefined);
      await response?.body?.cancel();
      return response?.status;
    };
    assertEquals([await push(old), await push(renewed)], [204, undefined]);

    await write(await renewed.issue("IP:127.0.0.1"));
    receiver.process.signal("SIGHUP");
    const read = { timeoutMs: 15_000, what: "the new certificate" };
    await waitFor(async () => assertEquals(await push(renewed), 204), read);
    assertEquals(await push(old), undefined);
    assertEquals((await receiver.scrape("/metrics/a/b")).status, 200);
  },
);
