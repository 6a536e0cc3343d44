// What TLS settings of a config mean to the libraries that speak TLS.

import type { AgentOptions } from "node:https";
import { getCACertificates } from "node:tls";
import type { Tls } from "./pair.ts";

/** A key that two settings share only where they are the same. */
export function tlsKey(tls: Tls | undefined): string {
  return tls === undefined
    ? ""
    : JSON.stringify([tls.ca, tls.cert, tls.key, tls.serverName, tls.insecureSkipVerify]);
}

/** For an agent of node:https, which trusts `ca` alone where there is one. */
export function agentOptions(tls: Tls | undefined): AgentOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName, insecureSkipVerify } = tls;
  return {
    ...ca !== undefined && { ca },
    ...cert !== undefined && { cert },
    ...key !== undefined && { key },
    ...serverName !== undefined && { servername: serverName },
    rejectUnauthorized: !insecureSkipVerify,
  };
}

/** The same on the way to a destination, where `ca` is trusted beside the well-known ones. */
export function destinationOptions(tls: Tls | undefined): AgentOptions {
  const options = agentOptions(tls);
  if (tls?.ca === undefined) return options;
  return { ...options, ca: [...getCACertificates("default"), tls.ca] };
}

/** For `fetch`, which trusts the well-known ones beside `ca`; `undefined`: it can't do that. */
export function clientOptions(tls: Tls | undefined): Deno.CreateHttpClientOptions | undefined {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName, insecureSkipVerify } = tls;
  if (serverName !== undefined || insecureSkipVerify) return undefined;
  return {
    ...ca !== undefined && { caCerts: [ca] },
    ...cert !== undefined && key !== undefined && { cert, key },
  };
}
