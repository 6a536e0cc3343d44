// A receiver of streams that does what a test says, on a port of its own: what arrives is
// decoded by the protocol, and kept.

import {
  Bases,
  decodeFrame,
  encodeFrame,
  type Frame,
  type HelloFrame,
  IncomingBodies,
  receiverLimits,
  SUBPROTOCOL,
  type TargetFrame,
  type WholeBody,
} from "../../protocol/stream/mod.ts";
import { gunzipSync } from "node:zlib";

/** A body that arrived, as the source said it. */
export interface Arrived {
  readonly path: string;
  readonly contentType: string;
  readonly encoding: "identity" | "gzip";
  readonly sentAs: "identity" | "gzip" | "delta";
  readonly body: Uint8Array;
}

type Numbered = Extract<Frame, { type: "snapshot" | "failure" | "answer" }>;

/** What a test may decide. */
export interface StreamReceiverOptions {
  readonly hello?: Partial<HelloFrame>;
  /** What to answer to an upgrade in its place. */
  readonly refuse?: (request: Request) => Response | undefined;
  /** What to say of something numbered that has come whole; `undefined`: nothing. */
  readonly judge?: (frame: Numbered, number: number) => Frame | undefined;
  /** Says hello by itself. */
  readonly isSilent?: boolean;
}

/** One stream, from the receiver's end. */
export class ReceivedStream {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly targets = new Map<number, TargetFrame>();
  readonly request: Request;
  closeCode: number | undefined;

  constructor(socket: WebSocket, request: Request) {
    this.socket = socket;
    this.request = request;
  }

  send(frame: Frame): void {
    this.socket.send(encodeFrame(frame));
  }
}

/** The listener. */
export class StreamReceiver implements AsyncDisposable {
  readonly streams: ReceivedStream[] = [];
  readonly bodies: Arrived[] = [];
  readonly failures: Extract<Frame, { type: "failure" }>[] = [];
  readonly puts: { readonly path: string; readonly body: Uint8Array }[] = [];
  options: StreamReceiverOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: StreamReceiverOptions = {}, port = 0) {
    this.options = options;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen() {} },
      (request) => this.#handle(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Where a sender streams to. */
  destination(path: string): string {
    return `ws://127.0.0.1:${this.port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.streams) {
      if (socket.readyState < WebSocket.CLOSING) socket.close();
    }
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      const body = await request.bytes();
      const isGzip = request.headers.get("content-encoding") === "gzip";
      this.puts.push({ path: pathname, body: isGzip ? gunzipSync(body) : body });
      return new Response(null, { status: 204 });
    }
    const refusal = this.options.refuse?.(request);
    if (refusal !== undefined) return refusal;
    if (pathname !== "/stream") return new Response("not found", { status: 404 });
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: SUBPROTOCOL });
    this.#serve(new ReceivedStream(socket, request));
    return response;
  }

  #serve(stream: ReceivedStream): void {
    const { socket, frames, targets } = stream;
    const hello: HelloFrame = { type: "hello", software: "test", ...this.options.hello };
    const limits = receiverLimits(hello);
    const incoming = new IncomingBodies({ limits, bases: new Bases(limits) });
    this.streams.push(stream);
    socket.binaryType = "arraybuffer";
    socket.onclose = ({ code }) => stream.closeCode = code;
    socket.onmessage = ({ data }) => {
      const decoded = decodeFrame(new Uint8Array(data));
      if (!decoded.ok) return socket.close(4400, decoded.reason);
      const { frame } = decoded;
      if (frame === undefined) return;
      frames.push(frame);
      switch (frame.type) {
        case "hello":
          if (this.options.isSilent !== true) stream.send(hello);
          return;
        case "target":
          return void targets.set(frame.channel, frame);
        case "end":
          targets.delete(frame.channel);
          return incoming.endChannel(frame.channel);
        case "failure": {
          const number = incoming.countFailure();
          this.failures.push(frame);
          return this.#judge(stream, frame, number);
        }
        case "snapshot":
        case "answer":
          return this.#take(stream, incoming.begin(frame));
        case "chunk":
          return this.#take(stream, incoming.add(frame));
        case "abort":
          return this.#take(stream, incoming.abort(frame.number));
      }
    };
  }

  #take(stream: ReceivedStream, intake: ReturnType<IncomingBodies["begin"]>): void {
    switch (intake.kind) {
      case "waiting":
        return;
      case "broken":
        return stream.socket.close(4400, intake.reason);
      case "refused":
        return stream.send({ type: "refused", number: intake.number, ...intake.refusal });
      case "whole":
        this.bodies.push(arrived(stream, intake));
        this.#judge(stream, intake.frame, intake.number);
    }
  }

  #judge(stream: ReceivedStream, frame: Numbered, number: number): void {
    const judge = this.options.judge ?? acknowledge;
    const said = judge(frame, number);
    if (said !== undefined) stream.send(said);
  }
}

function acknowledge(frame: Numbered, number: number): Frame | undefined {
  return frame.type === "answer" ? undefined : { type: "ack", number, count: 1 };
}

function arrived({ targets }: ReceivedStream, { frame, encoding, body }: WholeBody): Arrived {
  const target = targets.get(frame.channel)!;
  const own = frame.type === "answer" ? frame.contentType : "";
  return {
    path: `/metrics/${target.job}/${target.instance}`,
    contentType: own || target.contentType,
    encoding,
    sentAs: frame.encoding,
    body: encoding === "gzip" ? gunzipSync(body) : body,
  };
}
