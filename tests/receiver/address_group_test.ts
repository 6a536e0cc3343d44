import { assertEquals } from "@std/assert";
import fc from "fast-check";
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

/** The ways in which one address may be written. */
function spellings(groups: readonly number[]): string[] {
  const hex = groups.map((group) => group.toString(16));
  const zero = hex.indexOf("0");
  const end = hex.findIndex((group, index) => index > zero && group !== "0");
  const rest = end < 0 ? [] : hex.slice(end);
  return [
    hex.join(":"),
    hex.join(":").toUpperCase(),
    hex.map((group) => group.padStart(4, "0")).join(":"),
    `${hex.join(":")}%eth0`,
    ...zero < 0 ? [] : [`${hex.slice(0, zero).join(":")}::${rest.join(":")}`],
    new URL(`http://[${hex.join(":")}]/`).hostname.slice(1, -1),
  ];
}

Deno.test("addressGroup() is one for all of a /64 and each way to write it, and another for others", () => {
  const group = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0, 1));
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(half, half, half, half, (network, host, other, otherHost) => {
    const expected = `${network.map((each) => each.toString(16)).join(":")}::/64`;
    for (const text of spellings([...network, ...host])) {
      // What stands for an IPv4 address is written otherwise.
      assertEquals(addressGroup(text), expected, text);
    }
    const same = network.join() === other.join();
    const [one, two] = [[...network, ...host], [...other, ...otherHost]].map((groups) =>
      addressGroup(spellings(groups)[0]!)
    );
    assertEquals(one === two, same);
  }));
});

Deno.test("addressGroup() answers any text", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    assertEquals(typeof addressGroup(text), "string");
  }));
});
