// The public listener: node:http, for its timeouts. The runtime's own server waits for
// ever for half-sent headers, and closes a connection after each body.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AdmitStream, Listener, PushHandler } from "../receiver/mod.ts";
import { AcceptWatch } from "./accept_watch.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { Connections } from "./connections.ts";
import { bindFault, formatAddress, type ListenAddress, type ListenOptions } from "./listener.ts";
import type { ClientAddress } from "./trusted_proxies.ts";
import { isChunked, pushRequest, sendAnswer } from "./push_exchange.ts";
import { upgrader } from "./stream_upgrade.ts";

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A port that is bound, and answers as soon as it is told how. */
export interface PushPort {
  /** Starts to answer, and to open streams. */
  answer(handler: PushHandler, admit: AdmitStream): Listener;
  /** New connections get this certificate. */
  setKeyPair(pair: KeyPair): void;
}

/** How long the listener waits for a client, in ms. */
export interface PushTimeouts {
  /** For all headers, counted from the connection or the answer before. */
  readonly headersTimeout: number;
  /** For all of a request. */
  readonly requestTimeout: number;
  /** For the next request. */
  readonly keepAliveTimeout: number;
  /** How often that is looked at. */
  readonly connectionsCheckingInterval: number;
}

const TIMEOUTS: PushTimeouts = {
  headersTimeout: 15_000,
  // The receiver gives a body less than that.
  requestTimeout: 60_000,
  // Longer than clients keep a connection, lest both act at once.
  keepAliveTimeout: 95_000,
  connectionsCheckingInterval: 2_000,
};
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Room for a path far too long: it gets a better answer than a reset. */
const MAX_HEADER_BYTES = 80 * 1024;

/** What a push port is made with. */
export interface PushPortOptions {
  readonly log: ListenOptions["log"];
  /** Without one it is plain HTTP. */
  readonly tls: KeyPair | undefined;
  readonly timeouts?: PushTimeouts;
  /** Who a request is from, where that isn't who has the connection. */
  readonly clientAddress?: ClientAddress;
}

/** Binds the address; a `Fault` where that can't be done. */
export async function bindPushPort(
  at: ListenAddress,
  { log, tls, timeouts = TIMEOUTS, clientAddress = (address) => address }: PushPortOptions,
): Promise<PushPort> {
  const server = await makeServer(tls, timeouts);
  server.on("checkContinue", (request: IncomingMessage, out: ServerResponse) => {
    server.emit("request", request, out);
  });
  await bind(server, at);
  server.on("error", (error) => log.error("listener failed", { listener: "push", error }));
  const { address: host, port } = server.address() as AddressInfo;
  const address = formatAddress({ host, port });
  const connections = new Connections(collectGarbage);
  server.on("connection", (socket) => connections.add(socket));

  return {
    answer(handler, admit) {
      server.on("request", listener(handler, { connections, clientAddress, log }));
      server.on("upgrade", upgrader(admit, { connections, clientAddress, log }));
      log.info("listening", { listener: "push", address });
      const listenAgain = () => bindAgain(server, { host, port });
      const watch = new AcceptWatch({ host, port, listenAgain, log });
      server.on("connection", () => watch.taken());
      return {
        address,
        async shutdown() {
          watch[Symbol.dispose]();
          server.close();
          await connections.drain();
        },
        cut() {
          watch[Symbol.dispose]();
          server.close();
          connections.cut();
        },
      };
    },
    setKeyPair: (pair) => (server as SecureServer).setSecureContext(pair),
  };
}

type SecureServer = Server & { setSecureContext(pair: KeyPair): void };

async function makeServer(tls: KeyPair | undefined, timeouts: PushTimeouts): Promise<Server> {
  const options = {
    ...timeouts,
    maxHeaderSize: MAX_HEADER_BYTES,
    // What asks for another protocol, as curl does for HTTP/2, is answered as if it didn't.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
      headers.upgrade?.toLowerCase() === "websocket",
  };
  if (tls === undefined) return (await import("node:http")).createServer(options);
  const { createServer } = await import("node:https");
  return createServer({ ...options, ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS });
}

async function bind(server: Server, at: ListenAddress): Promise<void> {
  try {
    // Without a host it is every address, or every IPv4 one on a machine without IPv6.
    await listening(server, { port: at.port, ...(at.host === "" ? {} : { host: at.host }) });
  } catch (error) {
    throw bindFault("push", at, error);
  }
}

/** The server's own way to close would take idle connections with it. */
async function bindAgain(server: Server, { host, port }: ListenAddress): Promise<void> {
  const { Server } = await import("node:net");
  Server.prototype.close.call(server);
  server.listen({ host, port });
}

function listening(server: Server, options: { port: number; host?: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(options, () => {
    server.off("error", reject);
    resolve();
  });
  return promise;
}

function listener(
  handler: PushHandler,
  { connections, clientAddress, log }: {
    readonly connections: Connections;
    readonly clientAddress: ClientAddress;
    readonly log: ListenOptions["log"];
  },
): RequestListener {
  return async (request, out) => {
    const { socket } = request;
    request.on("error", () => {}); // whoever reads the body is told, and nobody else minds
    out.on("error", () => {});
    if (!connections.open(socket)) return;
    if (isChunked(request)) socket.pause(); // until somebody reads the body
    const asked = pushRequest(request, {
      onRead() {
        connections.trust(socket);
        if (request.headers.expect !== undefined) out.writeContinue();
      },
    });
    const forwarded = asked.headers.get("x-forwarded-for") ?? undefined;
    const address = clientAddress(socket.remoteAddress ?? "", forwarded);
    const response = await respond(() => handler(asked, address), log);
    await sendAnswer(response, { request, out });
    connections.done(socket);
  };
}

async function respond(
  answer: () => Promise<Response>,
  log: ListenOptions["log"],
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    log.error("request failed", { listener: "push", error });
    return new Response(null, { status: 500 });
  }
}
