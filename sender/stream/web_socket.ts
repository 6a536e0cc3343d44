// A stream's socket by the library ws, which lets TLS be as the config wants it, tells of a
// refusal all that HTTP says, and can drop a dead connection. Loaded when it is needed.

import type * as http from "node:http";
import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { oneLine } from "../../protocol/mod.ts";
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from "../../protocol/stream/mod.ts";
import { readRetryAfter } from "../backoff.ts";
import { readClockOffset } from "../clock_offset.ts";
import { errorText } from "../error_text.ts";
import type { Destination } from "../pair.ts";
import { type Env, proxyUrl } from "../proxy.ts";
import { putUrl } from "../put_url.ts";
import { refusedDelivery } from "../refusal.ts";
import { destinationOptions } from "../tls.ts";
import type { OpenedSocket, OpenSocket, SocketEvents, StreamSocket } from "./socket.ts";
import { openTunnel } from "./tunnel.ts";

/** The part of the library that is used. */
interface WebSocket {
  readonly bufferedAmount: number;
  binaryType: "arraybuffer";
  send(message: Uint8Array, sent?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: "open", listener: () => void): void;
  on(event: "upgrade", listener: (response: http.IncomingMessage) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (data: ArrayBuffer, isBinary: boolean) => void): void;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): void;
  on(
    event: "unexpected-response",
    listener: (request: http.ClientRequest, response: http.IncomingMessage) => void,
  ): void;
}

const MAX_REASON_BYTES = 1024;
const MAX_CLOSE_REASON_BYTES = 123; // RFC 6455, 5.5
const GOODBYE_MS = 1_000;
const UNFIT = "the receiver knows no streams, or what stands before it lets no WebSocket pass";
/** What an upgrade gets where nobody knows streams, or something on the way lets none through. */
const UNFIT_STATUS: ReadonlySet<number> = new Set([400, 404, 405, 426, 501]);

/** Opens streams to the receiver of a destination. */
export function webSocketOpener(
  { url, tls, bearerToken }: Pick<Destination, "url" | "tls" | "bearerToken">,
  { userAgent, env }: { readonly userAgent: string; readonly env: Env },
): OpenSocket {
  const streamUrl = new URL("../../stream", url);
  // As with PUT: a certificate that is checked otherwise is checked without a proxy.
  const proxy = tls?.serverName === undefined && !tls?.insecureSkipVerify
    ? proxyUrl(putUrl(streamUrl), env)
    : undefined;
  return async (events, signal) => {
    const { WebSocket } = await import("ws");
    let tunnel: Socket | undefined;
    try {
      tunnel = proxy && await openTunnel(streamUrl, proxy, signal);
    } catch (error) {
      // It may let PUT pass, without a tunnel.
      return failed(signal.aborted ? "no answer in time" : errorText(error), "perhaps");
    }
    const { promise, resolve } = Promise.withResolvers<OpenedSocket>();
    const socket = new WebSocket(streamUrl, [SUBPROTOCOL], {
      ...destinationOptions(tls),
      ...tunnel !== undefined && { createConnection: through(tunnel, streamUrl, tls) },
      headers: { "Authorization": `Bearer ${bearerToken}`, "User-Agent": userAgent },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    }) as unknown as WebSocket;
    socket.binaryType = "arraybuffer";
    const startedMs = Date.now();
    let clockOffsetMs: number | undefined;
    const abort = () => {
      resolve(failed("no answer in time", "no"));
      socket.terminate();
    };
    signal.addEventListener("abort", abort);
    socket.on("upgrade", ({ headers }) => {
      clockOffsetMs = readClockOffset(headers.date, startedMs);
    });
    socket.on("open", () => {
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return;
      listen(socket, events);
      resolve({ ok: true, socket: wrap(socket), clockOffsetMs });
    });
    socket.on("error", (error) => resolve(failed(errorText(error), fitness(error))));
    socket.on("unexpected-response", async (request, response) => {
      const status = response.statusCode ?? 0;
      const text = await readReason(response, signal);
      request.destroy();
      const headers = new Headers();
      for (const name of ["retry-after", "date"] as const) {
        const value = response.headers[name];
        if (value !== undefined) headers.set(name, value);
      }
      const retryAfterMs = readRetryAfter(headers, Date.now());
      const said = text.replaceAll(bearerToken, "…");
      const failure = refusedDelivery({ status, text: said, retryAfterMs });
      const unfit = status < 400 || UNFIT_STATUS.has(status)
        ? "yes"
        : status > 501 && status < 505
        ? "perhaps"
        : "no";
      const reason = unfit === "yes" ? `${status}${said && ` ${said}`} (${UNFIT})` : failure.reason;
      resolve({ ok: false, unfit, failure: { ...failure, refused: false, reason } });
    });
    if (signal.aborted) abort();
    return await promise;
  };
}

/** Hands out the tunnel, with TLS in it where the URL wants that. */
function through(socket: Socket, url: URL, tls: Destination["tls"]): () => Socket {
  if (url.protocol !== "wss:") return () => socket;
  const servername = isIP(url.hostname.replace(/^\[|\]$/g, "")) ? "" : url.hostname;
  return () => connectTls({ servername, host: url.hostname, ...destinationOptions(tls), socket });
}

function listen(socket: WebSocket, events: SocketEvents): void {
  socket.on("message", (data, isBinary) => {
    // Text is no frame, whatever it says.
    events.message(isBinary ? new Uint8Array(data) : new Uint8Array());
  });
  socket.on("close", (code, reason) => events.closed(code, new TextDecoder().decode(reason)));
}

function wrap(socket: WebSocket): StreamSocket {
  return {
    send: (message, sent) => socket.send(message, sent),
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close(code, reason) {
      const bytes = new TextEncoder().encode(reason).subarray(0, MAX_CLOSE_REASON_BYTES);
      socket.close(code, new TextDecoder().decode(bytes, { stream: true }));
      const goodbye = setTimeout(() => socket.terminate(), GOODBYE_MS);
      socket.on("close", () => clearTimeout(goodbye));
    },
  };
}

/** A connection that breaks off in place of an answer may be cut by something that knows no streams. */
function fitness(error: Error): "no" | "perhaps" {
  const code = "code" in error ? error.code : undefined;
  return code === undefined || code === "ECONNRESET" || String(code).startsWith("WS_")
    ? "perhaps"
    : "no";
}

function failed(reason: string, unfit: "no" | "perhaps"): OpenedSocket {
  const failure = { ok: false, refused: false, retriable: true, reason } as const;
  return { ok: false, unfit, failure };
}

/** The start of a plain text. */
async function readReason(response: http.IncomingMessage, signal: AbortSignal): Promise<string> {
  if (!response.headers["content-type"]?.startsWith("text/plain")) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stop = () => response.destroy();
  signal.addEventListener("abort", stop);
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= MAX_REASON_BYTES) break;
    }
  } catch {
    // What was said until it broke off is enough.
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const text = new TextDecoder().decode(await new Blob(chunks as BlobPart[]).bytes());
  return oneLine(text.slice(0, MAX_REASON_BYTES));
}
