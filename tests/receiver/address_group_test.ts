import { assertEquals } from "@std/assert";
import { addressGroup } from "../../receiver/address_group.ts";

Deno.test("addressGroup() is an IPv4 address itself, and the /64 of an IPv6 one", () => {
  const table = {
    "192.0.2.7": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "::1": "0:0:0:0::/64",
    "::": "0:0:0:0::/64",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:db8:1:2::6": "2001:db8:1:2::/64",
    "2001:DB8:1:0002::": "2001:db8:1:2::/64",
    "2001:db8::": "2001:db8:0:0::/64",
    "2001:db8::1": "2001:db8:0:0::/64",
    "2001:db8::3:4:5:6": "2001:db8:0:0::/64",
    "2001:db8::2:3:4:5:6": "2001:db8:0:2::/64",
    "2001::1:2:3:4:5:6": "2001:0:1:2::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
  };
  for (const [address, group] of Object.entries(table)) {
    assertEquals(addressGroup(address), group, address);
  }
});
