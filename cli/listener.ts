// One HTTP listener of the runtime: binds, answers, and stops.

import { Fault } from "./terminal.ts";

/** Where to listen. An empty host means every address, IPv6 and IPv4 alike. Port 0 picks one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What to do with requests, and where to report what should not happen. */
export interface ListenOptions {
  readonly handler: (request: Request) => Response | Promise<Response>;
  readonly log: {
    info(event: string, fields: Record<string, unknown>): void;
    error(event: string, fields: Record<string, unknown>): void;
  };
}

/** A listener at work. */
export interface Listener {
  /** The address it is bound to, such as `127.0.0.1:9090`. */
  readonly address: string;
  /** Takes no new connections, and resolves once every request that has arrived is answered. */
  shutdown(): Promise<void>;
  /** Cuts off what is still under way. */
  cut(): void;
}

/** Where no file is left for a connection, the runtime gives a listener up: it is tried again. */
const AGAIN_MS = 2_000;

/** Starts to listen; a {@linkcode Fault} where the address can't be bound. */
export function listen(
  name: string,
  at: ListenAddress,
  options: ListenOptions,
): Listener {
  const { handler, log } = options;
  const cutting = new AbortController();
  const serve = (at: ListenAddress) =>
    bind(name, at, (hostname) =>
      Deno.serve({
        hostname,
        port: at.port,
        signal: cutting.signal,
        onListen: () => {},
        onError(error) {
          log.error("request failed", { listener: name, error });
          return new Response(null, { status: 500 });
        },
      }, (request) => handler(request)));
  let server = serve(at);
  const bound = { host: server.addr.hostname, port: server.addr.port };
  const address = formatAddress(bound);
  log.info("listening", { listener: name, address });

  let retry: ReturnType<typeof setTimeout> | undefined;
  const serveAgain = () => {
    try {
      server = serve(bound);
    } catch {
      retry = setTimeout(serveAgain, AGAIN_MS);
      return;
    }
    log.info("listening again", { listener: name });
    watch();
  };
  const watch = () =>
    void server.finished.catch((error) => {
      log.error("listener failed", { listener: name, error: error.message });
      retry = setTimeout(serveAgain, AGAIN_MS);
    });
  watch();
  return {
    address,
    async shutdown() {
      clearTimeout(retry);
      await server.shutdown();
    },
    cut() {
      clearTimeout(retry);
      cutting.abort();
    },
  };
}

/** As it is written in a URL: `[::1]:9090`. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function bind<T>(
  name: string,
  at: ListenAddress,
  serve: (hostname: string) => T,
): T {
  try {
    return at.host === "" ? everywhere(serve) : serve(at.host);
  } catch (error) {
    throw bindFault(name, at, error);
  }
}

/** Why an address can't be bound. */
export function bindFault(name: string, at: ListenAddress, error: unknown): Fault {
  return new Fault(1, `Cannot listen on "${formatAddress(at)}" (${name}): ${reason(error, at)}`);
}

function everywhere<T>(serve: (hostname: string) => T): T {
  try {
    return serve("::");
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || isDenied(error)) throw error;
    return serve("0.0.0.0"); // a machine without IPv6
  }
}

function reason(error: unknown, at: ListenAddress): string {
  if (error instanceof Deno.errors.AddrInUse || codeOf(error) === "EADDRINUSE") {
    return "something else listens there";
  }
  if (isDenied(error) && at.port > 0 && at.port < 1024) {
    return "permission denied; a port below 1024 needs root or CAP_NET_BIND_SERVICE";
  }
  if (error instanceof Deno.errors.AddrNotAvailable || NO_SUCH_ADDRESS.includes(codeOf(error))) {
    return "this machine has no such address";
  }
  const text = error instanceof Error ? error.message : String(error);
  return NO_SUCH_HOST.test(text) ? "no such host" : text;
}

/** Of a listening socket the runtime's Node.js modules name no other fault so. */
const NO_SUCH_ADDRESS: readonly unknown[] = ["EADDRNOTAVAIL", "EINVAL"];
const NO_SUCH_HOST = /^(getaddrinfo ENOTFOUND|failed to lookup address)/;

function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || codeOf(error) === "EACCES";
}

/** The code of an error of the runtime's Node.js modules. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
