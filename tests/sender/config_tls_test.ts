import { assertEquals } from "@std/assert";
import { Authority } from "../fakes/certificates.ts";
import { testWithParts } from "../parts.ts";
import { configOf, faultsOf, fileWith, pairWith } from "./config_file.ts";

testWithParts(
  "loadConfig() reads TLS of source and destination, an object as a whole",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    const { cert, key } = await authority.issue("DNS:sender.example");
    const files = { "/etc/prompipe/ca": authority.cert, "/c": cert, "/k": key };
    const own = { cert_file: "/c", key_file: "/k", server_name: "x.example" };
    const { pairs: [pair] } = await configOf(
      fileWith({
        source_tls: { ca_file: "ca" },
        destination_tls: { ca_file: "ca" },
        pairs: [pairWith({ source_tls: own })],
      }),
      { files },
    );
    assertEquals(pair!.source.tls, {
      ca: undefined,
      cert: cert.trimEnd(),
      key: key.trimEnd(),
      serverName: "x.example",
      insecureSkipVerify: false,
    });
    assertEquals(pair!.destinations[0].tls, {
      ca: authority.cert.trimEnd(),
      cert: undefined,
      key: undefined,
      serverName: undefined,
      insecureSkipVerify: false,
    });
  },
);

testWithParts(
  "loadConfig() wants a certificate and its own key, together",
  ["openssl"],
  async (parts) => {
    await using authority = await Authority.make(parts.openssl);
    const { cert, key } = await authority.issue("DNS:a");
    const files = { "/c.pem": cert, "/k.pem": key, "/ca.pem": authority.cert };
    const table: [Record<string, unknown>, string][] = [
      [{ cert_file: "/c.pem" }, '"source_tls.cert_file" needs "key_file" beside it'],
      [{ key_file: "/k.pem" }, '"source_tls.key_file" needs "cert_file" beside it'],
      [
        { cert_file: "/ca.pem", key_file: "/k.pem" },
        '"source_tls.key_file" must name the key of the certificate in "cert_file"; it is another\'s',
      ],
      [
        { cert_file: "/k.pem", key_file: "/k.pem" },
        '"source_tls.cert_file" must name a file with a certificate in PEM; "/k.pem" has none',
      ],
      [
        { cert_file: "/c.pem", key_file: "/c.pem" },
        '"source_tls.key_file" must name a file with a private key in PEM, without a passphrase; ' +
        '"/c.pem" has none',
      ],
      [
        { server_name: "127.0.0.1" },
        "\"source_tls.server_name\" must be the host's name in the server's certificate; " +
        'it is "127.0.0.1"',
      ],
    ];
    for (const [source_tls, fault] of table) {
      assertEquals(await faultsOf(fileWith({ source_tls }), { files }), [fault]);
    }
  },
);
