// The way to a host: its name, a connection to each of its addresses, and TLS.

import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { formatDuration } from "../../protocol/mod.ts";
import { errorText } from "../error_text.ts";
import { type Finding, fine, trouble } from "./finding.ts";

/** An IP address that a name led to. */
export interface Address {
  readonly address: string;
}

/** All addresses of a host. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

const TIMEOUT_MS = 5_000;

/** The host of a URL as a resolver takes it: without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** The port of a URL, spoken or not. */
export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === "https:" ? 443 : 80);
}

/** Asks the resolver. */
export const systemLookup: Lookup = (host) => lookup(host, { all: true });

/** What the host's name leads to. */
export async function examineName(
  url: URL,
  lookup: Lookup,
): Promise<{ readonly finding: Finding; readonly addresses: readonly string[] }> {
  const host = hostOf(url);
  try {
    const addresses = (await lookup(host)).map(({ address }) => address);
    return { finding: fine("name", `${host} is ${addresses.join(", ")}`), addresses };
  } catch (error) {
    const finding = trouble("name", `${host}: ${errorText(error)}`, {
      remedy: "check the host in the destination, and this machine's resolver (/etc/resolv.conf)",
    });
    return { finding, addresses: [] };
  }
}

/** Whether each address takes connections. One that does will do. */
export async function examineConnections(
  url: URL,
  addresses: readonly string[],
): Promise<Finding[]> {
  const port = portOf(url);
  const tries = await Promise.all(
    addresses.map(async (address) => ({ address, fault: await tryToConnect(address, port) })),
  );
  const anyGood = tries.some(({ fault }) => fault === undefined);
  return tries.map(({ address, fault }) => {
    const at = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    if (fault === undefined) return fine("connection", `${at} takes connections`);
    return trouble("connection", `${at}: ${fault}`, {
      level: anyGood ? "warning" : "stop",
      remedy: anyGood
        ? "another address of this name works; take this one out of DNS, or make it work"
        : "see that the receiver or its ingress runs and listens there, and that no firewall is between",
    });
  });
}

function tryToConnect(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port });
  const timer = setTimeout(
    () => resolve(`no connection in ${formatDuration(TIMEOUT_MS)}`),
    TIMEOUT_MS,
  );
  socket.on("connect", () => resolve(undefined));
  socket.on("error", (error) => resolve(errorText(error)));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
