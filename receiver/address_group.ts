// Which addresses are one client's: an IPv4 address by itself, of IPv6 a whole /64, for
// that is what one subscriber gets (RFC 6177).

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const IPV6_GROUPS = 8;
const NETWORK_GROUPS = 4;

/** The group of an IP address, as the runtime or a proxy writes it. */
export function addressGroup(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [before, after] = address.toLowerCase().split("%", 1)[0]!.split("::", 2).map(groups);
  const zeros = after === undefined ? 0 : IPV6_GROUPS - before!.length - after.length;
  return [...before!, ...Array(Math.max(zeros, 0)).fill("0"), ...after ?? []]
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":") + "::/64";
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
