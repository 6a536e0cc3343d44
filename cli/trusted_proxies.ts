// Who a client is where proxies stand in front: `X-Forwarded-For`, as far as it can be believed.

import type { Network } from "./values.ts";

/** The client's address, from that of the connection and the header. */
export type ClientAddress = (address: string, forwarded: string | undefined) => string;

/** More proxies stand nowhere in a row: who writes them wants them to be looked up. */
const MAX_HOPS = 32;
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * The right-most address that no trusted proxy has: what stands left of it, anybody may
 * have written. A header that a trusted proxy spoilt counts as far as it can be read.
 */
export async function trustProxies(networks: readonly Network[]): Promise<ClientAddress> {
  if (networks.length === 0) return (address) => address;
  const { BlockList, isIP } = await import("node:net");
  const trusted = new BlockList();
  for (const { address, prefixBits } of networks) {
    trusted.addSubnet(address, prefixBits, family(address));
  }
  const isTrusted = (address: string) => trusted.check(address, family(address));

  return (address, forwarded) => {
    let client = address.replace(MAPPED, "");
    const hops = forwarded?.split(",") ?? [];
    for (let hop = 0; hop < MAX_HOPS && isTrusted(client); hop++) {
      const next = bare(hops.pop() ?? "");
      if (isIP(next) === 0 || next.includes("%")) break;
      client = next;
    }
    return client;
  };
}

function family(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** Some proxies add the client's port. */
function bare(hop: string): string {
  return hop.trim().replace(/^\[(.*)\](:\d+)?$|^([\d.]+):\d+$/, "$1$3").replace(MAPPED, "");
}
