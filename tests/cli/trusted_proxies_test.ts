import { assertEquals } from "@std/assert";
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

Deno.test("trustProxies() believes nobody where nobody is trusted", async () => {
  const clientOf = await trustProxies([]);
  assertEquals(clientOf("127.0.0.1", "198.51.100.1"), "127.0.0.1");
});
