// Whether a scraper takes a packed answer: `Accept-Encoding` of RFC 9110, section 12.5.3.

import Negotiator from "negotiator";

/**
 * True where the header names the encoding (or `*`) with a weight above 0. Without
 * a header the answer goes out unpacked: any client can read that.
 */
export function acceptsEncoding(
  header: string | null,
  encoding: "gzip" | "zstd",
): boolean {
  if (header === null) return false;
  if (header === encoding) return true;
  const negotiator = new Negotiator({ headers: { "accept-encoding": header } });
  return negotiator.encodings([encoding]).includes(encoding);
}
