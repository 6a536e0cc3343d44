// Values of options, from the text that people type.

import { parseDuration, parseSize } from "../protocol/mod.ts";
import type { ListenAddress } from "./listener.ts";

/** What a kind of value is made of, and how it is read; `undefined` for what it is not. */
export interface ValueKind<T> {
  readonly placeholder: string;
  readonly right: string;
  readonly parse: (text: string) => T | undefined;
}

/** `:9090`, `127.0.0.1:9090`, `[::1]:9090`. */
export const ADDRESS: ValueKind<ListenAddress> = {
  placeholder: "address",
  right: 'an address such as ":9090", "127.0.0.1:9090" or "[::1]:9090"',
  parse(text) {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
    const port = Number(match?.[3]);
    if (match === null || port > 65535) return undefined;
    return { host: match[1] ?? match[2] ?? "", port };
  },
};

/** `prompipe.example.com:9090`, as it is. */
export const HOST_PORT: ValueKind<string> = {
  placeholder: "address",
  right: 'a host and a port, such as "receiver.example.com:9090" or "[::1]:9090"',
  parse: (text) => ADDRESS.parse(text)?.host && ADDRESS.parse(text)?.port ? text : undefined,
};

/** Milliseconds, above 0. */
export const DURATION: ValueKind<number> = {
  placeholder: "duration",
  right: 'a duration above 0, such as "4s", "1m30s" or "10m"',
  parse: (text) => parseDuration(text) || undefined,
};

/** Bytes, above 0. */
export const SIZE: ValueKind<number> = {
  placeholder: "size",
  right: 'a size above 0, such as "512KiB" or "10MiB"',
  parse: (text) => parseSize(text) || undefined,
};

/** A whole number, above 0. */
export const COUNT: ValueKind<number> = {
  placeholder: "count",
  right: "a whole number above 0",
  parse: (text) => /^\d{1,9}$/.test(text) ? Number(text) || undefined : undefined,
};

/** One address, or all that share its first bits. */
export interface Network {
  readonly address: string;
  readonly prefixBits: number;
}

/** `10.0.0.0/8,192.0.2.7,2001:db8::/32`. */
export const NETWORKS: ValueKind<readonly Network[]> = {
  placeholder: "networks",
  right: 'addresses or networks with commas between, such as "10.0.0.0/8,192.0.2.7,2001:db8::/32"',
  parse(text) {
    const networks = text.split(",").map((each) => parseNetwork(each.trim()));
    return networks.every((each) => each !== undefined) ? networks : undefined;
  },
};

function parseNetwork(text: string): Network | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const maxBits = addressBits(address);
  const prefixBits = prefix === undefined ? maxBits : Number(/^\d{1,3}$/.exec(prefix)?.[0]);
  if (maxBits === undefined || prefixBits === undefined || rest.length > 0) return undefined;
  return prefixBits <= maxBits ? { address, prefixBits } : undefined;
}

/** How many bits an IP address has; `undefined` for what is none. */
function addressBits(text: string): number | undefined {
  if (text.includes(":")) {
    return /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`) ? 128 : undefined;
  }
  const parts = text.split(".");
  const isByte = (part: string) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256;
  return parts.length === 4 && parts.every(isByte) ? 32 : undefined;
}

/** An `http://` or `https://` URL. */
export const WEB_URL: ValueKind<string> = {
  placeholder: "url",
  right: 'a URL such as "http://127.0.0.1:9090/healthz"',
  parse: (text) => /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined,
};

/** The URL before `/metrics/{job}/{instance}`, as a destination has it. */
export const RECEIVER_URL = bareUrl(/^(?:http|ws)s?:$/, "https://push.example.com");

/** The URL of a scrape listener. */
export const SCRAPE_URL = bareUrl(/^https?:$/, "http://127.0.0.1:9090");

function bareUrl(schemes: RegExp, example: string): ValueKind<string> {
  return {
    placeholder: "url",
    right: `a URL such as "${example}", without user, password and query`,
    parse(text) {
      const url = /^[a-z]+:\/\/[^?#@]+$/.test(text) ? URL.parse(text) : null;
      return url !== null && schemes.test(url.protocol) ? text : undefined;
    },
  };
}

/** A path, as it is. */
export const PATH: ValueKind<string> = {
  placeholder: "path",
  right: "a path",
  parse: (text) => text || undefined,
};
