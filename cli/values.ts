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

/** An `http://` or `https://` URL. */
export const WEB_URL: ValueKind<string> = {
  placeholder: "url",
  right: 'a URL such as "http://127.0.0.1:9090/healthz"',
  parse: (text) => /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined,
};

/** The URL before `/metrics/{job}/{instance}`. */
export const RECEIVER_URL: ValueKind<string> = {
  placeholder: "url",
  right: 'a URL such as "https://push.example.com", without user, password and query',
  parse: (text) => {
    const url = /^https?:\/\/[^?#@]+$/.test(text) ? URL.parse(text) : null;
    return url === null ? undefined : text;
  },
};

/** A path, as it is. */
export const PATH: ValueKind<string> = {
  placeholder: "path",
  right: "a path",
  parse: (text) => text || undefined,
};
