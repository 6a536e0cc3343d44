// The TLS of a destination: whether its certificate is good, and for how long.

import { X509Certificate } from "node:crypto";
import { connect, type TLSSocket } from "node:tls";
import { formatDuration } from "../../protocol/mod.ts";
import { AUTHORITYS_OWN, errorCode, errorText } from "../error_text.ts";
import type { Tls } from "../pair.ts";
import { clientOptions, destinationOptions } from "../tls.ts";
import { type Finding, fine, trouble } from "./finding.ts";
import { hostOf, portOf } from "./network.ts";

const TIMEOUT_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Certificates are renewed before; who still has one this old forgot to. */
const EXPIRES_SOON_MS = 14 * DAY_MS;

/** What to do about a certificate, by the code of what is wrong with it. */
const REMEDIES: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["CERT_HAS_EXPIRED", ["the certificate has expired", "renew it where TLS ends"]],
  ["CERT_NOT_YET_VALID", [
    "the certificate is not valid yet",
    "check this machine's clock, and the certificate's dates",
  ]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", [
    "the certificate is for another name",
    'check the host in the destination, or set "server_name" in "destination_tls"',
  ]],
]);
const UNKNOWN_ISSUER: readonly [string, string] = [
  "nobody who is trusted has signed the certificate",
  'set "ca_file" in "destination_tls" to the certificate of who did',
];

/** Shakes hands as the sender would, and looks at what the other side shows. */
export async function examineTls(
  url: URL,
  tls: Tls | undefined,
  nowMs: number,
): Promise<Finding> {
  const shake = await shakeHands(url, tls);
  if (!shake.ok) {
    if (shake.code === "ERR_SSL_WRONG_VERSION_NUMBER") {
      return trouble("tls", "the port speaks plain HTTP, no TLS", {
        remedy: "write http:// (ws://) in the destination, or name the port where TLS is spoken",
      });
    }
    return trouble("tls", `no handshake: ${shake.text}`, {
      remedy: "check what ends TLS there; if it wants a client certificate, " +
        'set "cert_file" and "key_file" in "destination_tls"',
    });
  }
  const { code, expiresAtMs } = shake;
  if (tls?.insecureSkipVerify) {
    return trouble("tls", "the certificate is not checked (insecure_skip_verify)", {
      level: "warning",
      remedy: 'set "ca_file" instead: whoever is in between can read the token',
    });
  }
  if (code !== undefined) {
    const [message, remedy] = REMEDIES.get(code) ?? UNKNOWN_ISSUER;
    return trouble("tls", `${message} (${code})`, { remedy });
  }
  if (shake.isAuthoritys && clientOptions(tls) !== undefined) {
    return trouble("tls", AUTHORITYS_OWN, {
      remedy: "make it anew where TLS ends, with CA:FALSE " +
        "(openssl req -x509 -addext basicConstraints=critical,CA:FALSE …)",
    });
  }
  const leftMs = expiresAtMs - nowMs;
  if (leftMs < EXPIRES_SOON_MS) {
    return trouble("tls", `the certificate expires in ${days(leftMs)}`, {
      level: "warning",
      remedy: "renew it where TLS ends",
    });
  }
  return fine("tls", `the certificate is good for ${days(leftMs)}`);
}

type Handshake =
  | {
    readonly ok: true;
    readonly code: string | undefined;
    readonly expiresAtMs: number;
    readonly isAuthoritys: boolean;
  }
  | { readonly ok: false; readonly code: string | undefined; readonly text: string };

function shakeHands(url: URL, tls: Tls | undefined): Promise<Handshake> {
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const socket: TLSSocket = connect({
    host: hostOf(url),
    port: portOf(url),
    ...destinationOptions(tls),
    rejectUnauthorized: false,
  });
  const timer = setTimeout(
    () => failed(new Error(`no answer in ${formatDuration(TIMEOUT_MS)}`)),
    TIMEOUT_MS,
  );
  socket.on("secureConnect", () => {
    // Typed as an error, and a code all the same.
    const code = socket.authorized ? undefined : String(socket.authorizationError);
    const { raw, valid_to } = socket.getPeerCertificate();
    const isAuthoritys = new X509Certificate(raw).ca;
    resolve({ ok: true, code, expiresAtMs: Date.parse(valid_to), isAuthoritys });
  });
  socket.on("error", failed);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });

  function failed(error: Error): void {
    resolve({ ok: false, code: errorCode(error), text: errorText(error) });
  }
}

function days(ms: number): string {
  const whole = Math.floor(ms / DAY_MS);
  return whole === 1 ? "1 day" : `${whole} days`;
}
