// Requests of the push listener to become a WebSocket: refused with plain HTTP, or opened.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { AdmitStream } from "../receiver/mod.ts";
import type { Connections } from "./connections.ts";
import type { ListenOptions } from "./listener.ts";
import { pushRequest } from "./push_exchange.ts";
import type { ClientAddress } from "./trusted_proxies.ts";

/** What upgrades work with. */
export interface UpgradeOptions {
  readonly connections: Connections;
  readonly clientAddress: ClientAddress;
  readonly log: ListenOptions["log"];
}

type OnUpgrade = (request: IncomingMessage, socket: Socket, head: Uint8Array) => Promise<void>;

/** How long a client that was refused may take to read why. */
const LINGER_MS = 1_000;

/** Answers the `upgrade` events of a server. */
export function upgrader(
  admit: AdmitStream,
  { connections, clientAddress, log }: UpgradeOptions,
): OnUpgrade {
  const onFault = (error: unknown) => log.error("request failed", { listener: "push", error });
  return async (request, socket, head) => {
    connections.open(socket);
    socket.on("error", () => {}); // it closes then, and that is told
    try {
      const forwarded = request.headers["x-forwarded-for"];
      const address = clientAddress(socket.remoteAddress ?? "", forwarded?.toString());
      const admitted = await admit(pushRequest(request, { onRead() {} }), address);
      if (admitted instanceof Response) return await refuse(socket, admitted);
      connections.trust(socket);
      const { openWebSocket } = await import("./web_socket.ts");
      openWebSocket({ request, socket, head, onFault }, admitted);
    } catch (error) {
      onFault(error);
      socket.destroy();
    }
  };
}

async function refuse(socket: Socket, response: Response): Promise<void> {
  const body = await response.bytes();
  const headers = new Headers(response.headers);
  headers.set("Content-Length", String(body.byteLength));
  headers.set("Connection", "close");
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const { status } = response;
  const { STATUS_CODES } = await import("node:http"); // the listener has it; others need none
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines}\r\n`);
  socket.end(body);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.resume();
}
