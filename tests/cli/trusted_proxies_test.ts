import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isIP } from "node:net";
import { trustProxies } from "../../cli/trusted_proxies.ts";
import { NETWORKS } from "../../cli/values.ts";

const TRUSTED = "10.0.0.0/8, 192.0.2.7,2001:db8::/32";

Deno.test("trustProxies() finds the right-most address that no trusted proxy has", async () => {
  const clientOf = await trustProxies(NETWORKS.parse(TRUSTED)!);
  const table: [address: string, forwarded: string | undefined, client: string][] = [
    ["203.0.113.1", undefined, "203.0.113.1"],
    ["203.0.113.1", "198.51.100.1", "203.0.113.1"],
    ["10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["10.1.2.3", "6.6.6.6, 198.51.100.1", "198.51.100.1"],
    ["10.1.2.3", "6.6.6.6,198.51.100.1 ,192.0.2.7", "198.51.100.1"],
    ["2001:db8::5", "2001:db9::1", "2001:db9::1"],
    ["10.1.2.3", "198.51.100.1:4711", "198.51.100.1"],
    ["10.1.2.3", "[2001:db9::1]:4711", "2001:db9::1"],
    ["10.1.2.3", "10.9.9.9, 10.8.8.8", "10.9.9.9"],
    ["10.1.2.3", undefined, "10.1.2.3"],
    ["10.1.2.3", "", "10.1.2.3"],
    ["10.1.2.3", "198.51.100.1, <script>", "10.1.2.3"],
    ["10.1.2.3", "6.6.6.6, unknown, 10.8.8.8", "10.8.8.8"],
    ["192.0.2.8", "198.51.100.1", "192.0.2.8"],
  ];
  for (const [address, forwarded, client] of table) {
    assertEquals(clientOf(address, forwarded), client, `${address} for ${forwarded}`);
  }
});

Deno.test("trustProxies() looks at no more proxies than there can be", async () => {
  const clientOf = await trustProxies(NETWORKS.parse(TRUSTED)!);
  const hops = (count: number) => ["198.51.100.1", ...Array(count).fill("10.9.9.9")].join(",");
  assertEquals(clientOf("10.1.2.3", hops(31)), "198.51.100.1");
  assertEquals(clientOf("10.1.2.3", hops(32)), "10.9.9.9");
});

Deno.test("trustProxies() believes nobody where nobody is trusted", async () => {
  const clientOf = await trustProxies([]);
  assertEquals(clientOf("127.0.0.1", "198.51.100.1"), "127.0.0.1");
});

const PLAIN = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom("10.1.2.3", "192.0.2.7", "2001:db8::5", "10.9.9.9"),
);
/** As a proxy may write it, and what isn't one. */
const HOP = fc.oneof(
  PLAIN,
  PLAIN.map((address) => address.includes(":") ? `[${address}]:80` : `${address}:80`),
  fc.string(),
  fc.constantFrom("", "unknown", "_hidden", "10.1.2.3%eth0", "::ffff:10.1.2.3", "[", "999.1.1.1"),
);

Deno.test("trustProxies() names an address whatever the header says, by its trusted end alone", async () => {
  const clientOf = await trustProxies(NETWORKS.parse(TRUSTED)!);
  const hops = fc.array(HOP.map((hop) => hop.replaceAll(",", "")), { maxLength: 6 });
  fc.assert(fc.property(PLAIN, hops, HOP, (address, hops, anything) => {
    const forwarded = hops.join(",");
    const client = clientOf(address, forwarded);
    assert(isIP(client) !== 0, client);
    assert(client === address || forwarded.includes(client));
    // Who isn't trusted is the client, and whoever wrote further to the left changes nothing.
    if (clientOf(address, "203.0.113.77") === address) assertEquals(client, address);
    const untrusted = ["203.0.113.77", ...hops].join(",");
    assertEquals(
      clientOf(address, `${anything.replaceAll(",", "")},${untrusted}`),
      clientOf(address, untrusted),
    );
  }));
});
