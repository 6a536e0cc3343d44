// A connection through an HTTP proxy of the environment: CONNECT (RFC 9110, 9.3.6).

import * as http from "node:http";
import type { Socket } from "node:net";

/** A connection to a URL's host and port through a proxy. Rejects where the proxy lets none through. */
export function openTunnel(to: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const place = `${to.hostname}:${to.port || (to.protocol === "wss:" ? 443 : 80)}`;
  const credentials = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  const outgoing = http.request({
    host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: proxy.port || 80,
    method: "CONNECT",
    path: place,
    headers: {
      Host: place,
      ...credentials !== ":" && {
        "Proxy-Authorization": `Basic ${new TextEncoder().encode(credentials).toBase64()}`,
      },
    },
    agent: false,
  });
  const abort = () => {
    outgoing.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  outgoing.on("connect", ({ statusCode = 0 }, socket: Socket) => {
    if (statusCode === 200) return resolve(socket);
    socket.destroy();
    reject(new Error(`the proxy says ${statusCode}`));
  });
  outgoing.on("error", reject);
  if (signal.aborted) abort();
  else outgoing.end();
  return promise.finally(() => signal.removeEventListener("abort", abort));
}
