// The ways of a soak's pushes: PUT on a connection that stays, and a stream.

import {
  Bases,
  decodeFrame,
  deltaBody,
  encodeFrame,
  firstPart,
  type Frame,
  SUBPROTOCOL,
  wholeBody,
} from "../../protocol/stream/mod.ts";
import { bytes, head, writeAll } from "../e2e/raw_http.ts";

/** Pushes bodies of targets. Resolves once there is room for the next. */
export interface Way {
  push(target: string, body: Uint8Array<ArrayBuffer>): Promise<void>;
  /** A target that is never pushed again. */
  guest(target: string, body: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Resolves once all is acknowledged. */
  acknowledged(): Promise<void>;
  close(): void;
}

/** So much of a stream may wait for its acknowledgement. */
const WINDOW = 64;
/** Of a guest, in seconds. */
const TTL_S = 1;
const BUFFER_BYTES = 64 * 1024;

/** HTTP on one connection that stays. */
export class Http {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    connection.setNoDelay(true);
  }

  static async open(port: number): Promise<Http> {
    return new Http(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async ask(request: Uint8Array): Promise<{ status: number; body: Uint8Array }> {
    await writeAll(this.#connection, request);
    for (let end = 0;;) {
      const read = await this.#connection.read(this.#buffer.subarray(end));
      if (read === null) throw new Error("the receiver closed a connection");
      end += read;
      const text = new TextDecoder("latin1").decode(this.#buffer.subarray(0, end));
      const headEnd = text.indexOf("\r\n\r\n") + 4;
      if (headEnd < 4) continue;
      const status = Number(text.slice(9, 12));
      const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, headEnd))?.[1] ?? 0);
      if (end < headEnd + length) continue;
      return { status, body: this.#buffer.subarray(headEnd, headEnd + length) };
    }
  }

  close(): void {
    this.#connection.close();
  }
}

/** By PUT. */
export class PutWay implements Way {
  readonly #http: Http;
  readonly #token: string;

  private constructor(http: Http, token: string) {
    this.#http = http;
    this.#token = token;
  }

  static async open(port: number, token: string): Promise<PutWay> {
    return new PutWay(await Http.open(port), token);
  }

  push(target: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<void> {
    return this.#ask("PUT", target, { body, headers: { "Prompipe-Ttl": "3600", ...headers } });
  }

  /** Half of them are deleted, the others are left to be forgotten. */
  async guest(target: string, body: Uint8Array): Promise<void> {
    await this.push(target, body, { "Prompipe-Ttl": String(TTL_S) });
    if (Number(target.split("/")[1]) % 2 === 0) await this.#ask("DELETE", target);
  }

  acknowledged(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#http.close();
  }

  async #ask(
    method: string,
    target: string,
    { body = new Uint8Array(0), headers = {} }: {
      readonly body?: Uint8Array;
      readonly headers?: Record<string, string>;
    } = {},
  ): Promise<void> {
    const { status } = await this.#http.ask(bytes(
      head(method, `/metrics/${target}`, {
        ...headers,
        Authorization: `Bearer ${this.#token}`,
        Connection: "keep-alive",
        "Content-Length": String(body.length),
      }),
      body,
    ));
    if (status !== 204) throw new Error(`${method} of ${target} was answered ${status}`);
  }
}

/** Over a stream of its own, in deltas where they are worth it. */
export class StreamWay implements Way {
  readonly #socket: WebSocket;
  readonly #channels = new Map<string, number>();
  #unacknowledged = 0;
  #changed = Promise.withResolvers<void>();
  #bases = new Bases({ maxBaseBytes: 0, maxBasesBytes: 0 });

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(port: number, token: string): Promise<StreamWay> {
    const options = { headers: { Authorization: `Bearer ${token}` }, protocols: [SUBPROTOCOL] };
    const way = new StreamWay(new WebSocket(`ws://127.0.0.1:${port}/stream`, options));
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = way.#socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => way.#say({ type: "hello", software: "soak/1" });
    socket.onclose = ({ code, reason }) => {
      throw new Error(`the stream was closed: ${code} ${reason}`);
    };
    socket.onmessage = ({ data }) => {
      const decoded = decodeFrame(new Uint8Array(data));
      if (!decoded.ok || decoded.frame === undefined) return;
      const { frame } = decoded;
      if (frame.type === "hello") {
        const { maxBaseBytes = 0, maxBasesBytes = 0 } = frame;
        way.#bases = new Bases({ maxBaseBytes, maxBasesBytes });
        resolve();
      } else if (frame.type === "ack") {
        way.#unacknowledged -= frame.count;
        way.#changed.resolve();
      } else if (frame.type !== "alive") throw new Error(`the receiver said ${frame.type}`);
    };
    const alive = setInterval(() => way.#say({ type: "alive" }), 4_000);
    Deno.unrefTimer(alive);
    await promise;
    return way;
  }

  push(target: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#send(target, body, { ttlMs: 3_600_000 });
  }

  /** Half of them are forgotten at once, the others after their time. */
  async guest(target: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#send(target, body, { ttlMs: TTL_S * 1000 });
    const channel = this.#channels.get(target)!;
    this.#channels.delete(target);
    this.#bases.delete(channel);
    this.#say({ type: "end", channel, forget: Number(target.split("/")[1]) % 2 === 0 });
  }

  acknowledged(): Promise<void> {
    return this.#until(0);
  }

  close(): void {
    this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  #send(target: string, body: Uint8Array<ArrayBuffer>, { ttlMs }: { readonly ttlMs: number }) {
    let channel = this.#channels.get(target);
    if (channel === undefined) {
      const used = new Set(this.#channels.values());
      for (channel = 0; used.has(channel);) channel++;
      this.#channels.set(target, channel);
      const [job = "", instance = ""] = target.split("/");
      const said = { mode: "push", intervalMs: 4_000, contentType: "text/plain" } as const;
      const more = { labels: "", paramsAllowed: [] };
      this.#say({ type: "target", channel, job, instance, ttlMs, ...said, ...more });
    }
    const bases = this.#bases;
    const sent = deltaBody(body, { bases, channel }) ?? wholeBody(body, { bases, channel });
    if (sent.keep) bases.set(channel, body);
    this.#unacknowledged++;
    this.#say({ type: "snapshot", channel, scrapedAtMs: Date.now(), ...firstPart(sent) });
    return this.#until(WINDOW);
  }

  async #until(most: number): Promise<void> {
    while (this.#unacknowledged > most) {
      this.#changed = Promise.withResolvers();
      await this.#changed.promise;
    }
  }

  #say(frame: Frame): void {
    this.#socket.send(encodeFrame(frame));
  }
}
