// One GET, with the answer's bytes as they came over the wire.
//
// This is node:http and not fetch, because fetch unpacks what arrives gzipped, which
// would only have to be packed again, and refuses some ports an exporter may have.

import * as http from "node:http";
import * as https from "node:https";
import { ByteBuffer } from "./byte_buffer.ts";
import type { Tls } from "./pair.ts";
import { agentOptions, tlsKey } from "./tls.ts";

/** An answer, whole. */
export interface RawResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly location: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Options of one GET. */
export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A body that grows beyond it rejects with {@linkcode BodyTooLarge}. */
  readonly maxBodyBytes: number;
  /** The unix socket to ask at, in place of the URL's host and port. */
  readonly socketPath?: string | undefined;
  readonly tls?: Tls | undefined;
}

/** Fetches a URL; rejects with the runtime's own error where no whole answer comes. */
export type Get = (url: URL, options: GetOptions) => Promise<RawResponse>;

/** A body that is larger than allowed. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** Some servers say that they work on it; nobody has to say so this often. */
const MAX_INTERIM_ANSWERS = 100;

/** A `Get` that keeps its connections open between calls, and shares them. */
export interface KeptGet extends Get, Disposable {
  /** Closes what no pair asks for any more: agents of other TLS, and idle connections. */
  closeUnused(tls: readonly (Tls | undefined)[]): void;
  closeIdle(): void;
}

/** Closes the connections that wait for their next use. */
export function closeFree({ freeSockets }: http.Agent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
}

/** Makes one. */
export function createGet(): KeptGet {
  const plain = new http.Agent({ keepAlive: true });
  const secure = new Map<string, https.Agent>();

  function agentFor(tls: Tls | undefined): https.Agent {
    const key = tlsKey(tls);
    let agent = secure.get(key);
    if (agent === undefined) {
      secure.set(key, agent = new https.Agent({ keepAlive: true, ...agentOptions(tls) }));
    }
    return agent;
  }

  function get(
    url: URL,
    { headers, signal, maxBodyBytes, socketPath, tls }: GetOptions,
  ): Promise<RawResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
    const overTls = url.protocol === "https:";
    const { request } = overTls ? https : http;
    const agent = overTls ? agentFor(tls) : plain;
    const outgoing = request(url, {
      agent,
      headers,
      ...socketPath !== undefined && { socketPath },
    }, (incoming) => {
      // As it is: who packs a body so was not asked to, and the runtime doesn't unpack it.
      const transfer = incoming.headers["transfer-encoding"] ?? "chunked";
      if (transfer.toLowerCase() !== "chunked") {
        return abandon(new Error("answered in a transfer encoding that is not known"));
      }
      // No list of the pieces: there may be one for each byte, each of some hundred bytes.
      const body = new ByteBuffer();
      incoming.on("data", (chunk: Uint8Array) => {
        if (body.byteLength + chunk.byteLength <= maxBodyBytes) return body.append(chunk);
        abandon(new BodyTooLarge());
      });
      incoming.on("error", reject);
      incoming.on("end", () => {
        if (!incoming.complete) return reject(new Error("answer broke off"));
        const { headers, statusCode = 0 } = incoming;
        resolve({
          status: statusCode,
          contentType: headers["content-type"],
          contentEncoding: headers["content-encoding"],
          location: headers.location,
          body: body.bytes(),
        });
      });
      incoming.on("close", () => reject(new Error("answer broke off")));
    });
    outgoing.on("error", reject);
    let interim = 0;
    outgoing.on("information", () => {
      if (++interim > MAX_INTERIM_ANSWERS) abandon(new Error("answered 1xx over and over"));
    });
    outgoing.on("upgrade", () => abandon(new Error("answered 101, which was not asked for")));
    const abort = () => abandon(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.catch(() => {}).then(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
    else outgoing.end();
    return promise;

    function abandon(reason: unknown): void {
      // A kept-alive connection that breaks is taken for a stale one, and the runtime
      // would ask again on a new one: not where it is us who break it.
      outgoing.reusedSocket = false;
      outgoing.destroy();
      reject(reason);
    }
  }

  function closeIdle(): void {
    for (const agent of [plain, ...secure.values()]) closeFree(agent);
  }

  return Object.assign(get, {
    closeUnused(tls: readonly (Tls | undefined)[]) {
      const used = new Set(tls.map(tlsKey));
      for (const [key, agent] of secure) {
        if (used.has(key)) continue;
        agent.destroy();
        secure.delete(key);
      }
      // Which of them lead to a source that is gone, no agent says.
      closeIdle();
    },
    closeIdle,
    [Symbol.dispose]() {
      for (const agent of [plain, ...secure.values()]) agent.destroy();
    },
  });
}
