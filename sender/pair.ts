// One source and where to send what it says, with every setting filled in.

import type { Labels, Target } from "../protocol/mod.ts";
import type { FilterRules } from "./filter/name_filter.ts";

/** A pair of the config. */
export interface Pair {
  readonly source: Source;
  /** Each gets what the source says. */
  readonly destinations: readonly [Destination, ...Destination[]];
  /** What `/sd` says of the targets beside job and instance. */
  readonly labels: Labels;
  readonly intervalMs: number;
  /** For source and destination together. */
  readonly timeoutMs: number;
  /** Of what the source may say, as it sends it. */
  readonly maxBodyBytes: number;
  /** Whether it is sent on a timer, or only when somebody asks for it. */
  readonly mode: "push" | "on_demand";
  /** Names of parameters that who asks may add to the source's URL. */
  readonly paramsAllowed: readonly string[];
}

/** What is scraped, and how. */
export interface Source {
  /** With its parameters. At the end of a unix socket, the host is `localhost`. */
  readonly url: URL;
  /** The unix socket behind which it is, else `undefined`. */
  readonly socketPath: string | undefined;
  /** What is sent beside the headers of a scrape, `Authorization` with it. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: nothing was said. */
  readonly tls: Tls | undefined;
  /** Which series are kept; `undefined`: all, and nothing is parsed. */
  readonly filter: FilterRules | undefined;
}

/** Where to push, and as whom. */
export interface Destination {
  /** `http(s):` is a PUT each time, `ws(s):` a stream. */
  readonly url: URL;
  /** What the URL's path names. */
  readonly target: Target;
  readonly bearerToken: string;
  /** `undefined`: nothing was said. */
  readonly tls: Tls | undefined;
}

/** How to speak TLS, where it differs from what everybody does. */
export interface Tls {
  /** Certificates, in PEM, to trust: of a source in place of the well-known ones, else beside them. */
  readonly ca: string | undefined;
  /** The client's own certificate, in PEM. */
  readonly cert: string | undefined;
  /** Its key, in PEM. Secret. */
  readonly key: string | undefined;
  /** The name to ask for and to find in the certificate, in place of the URL's host. */
  readonly serverName: string | undefined;
  /** Whether any certificate will do. */
  readonly insecureSkipVerify: boolean;
}

/** How a source is named in logs and tables. Its query may hold more than is fit for them. */
export function sourceName({ url, socketPath }: Source): string {
  if (socketPath !== undefined) return `unix://${socketPath}:${url.pathname}`;
  return url.origin === "null" ? url.href : url.origin + url.pathname;
}

/** How a pair is named in the log. */
export function pairFields(pair: Pair): { source: string; destination: string } {
  const destination = pair.destinations.map(({ url }) => url.href).join(" ");
  return { source: sourceName(pair.source), destination };
}
