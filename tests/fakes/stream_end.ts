// The receiver's end of one stream, as a test wants it: what arrives is decoded by the
// protocol, put together, kept, and acknowledged unless the test decides otherwise.

import { gunzipSync } from "node:zlib";
import {
  Bases,
  CLOSE,
  decodeFrame,
  encodeFrame,
  type Frame,
  type HelloFrame,
  IncomingBodies,
  type Intake,
  receiverLimits,
  type TargetFrame,
  type WholeBody,
} from "../../protocol/stream/mod.ts";

/** A body that arrived, as the source said it. */
export interface Arrived {
  readonly path: string;
  readonly contentType: string;
  readonly sentAs: "identity" | "gzip" | "delta";
  /** The answer to a request; `undefined` for a snapshot. */
  readonly request: number | undefined;
  readonly body: Uint8Array;
}

type Numbered = Extract<Frame, { type: "snapshot" | "failure" | "answer" }>;

/** What a test may decide. */
export interface StreamEndOptions {
  /** `undefined`: none is said. */
  readonly hello?: Partial<HelloFrame> | undefined;
  /** What to say of something numbered that has come whole; `undefined`: nothing. */
  readonly judge?: (frame: Numbered, number: number) => Frame | undefined;
}

/** What a receiver keeps as bases, unless a test wants it otherwise. */
export const KEEPS = { maxBaseBytes: 2 ** 20, maxBasesBytes: 2 ** 24 } as const;

/** One stream. */
export class StreamEnd {
  readonly frames: Frame[] = [];
  readonly targets = new Map<number, TargetFrame>();
  readonly bodies: Arrived[] = [];
  closeCode: number | undefined;
  readonly #options: StreamEndOptions;
  readonly #write: (message: Uint8Array<ArrayBuffer>) => void;
  readonly #close: (code: number, reason: string) => void;
  readonly #hello: HelloFrame;
  readonly #incoming: IncomingBodies;

  constructor(options: StreamEndOptions, to: {
    readonly write: (message: Uint8Array<ArrayBuffer>) => void;
    readonly close: (code: number, reason: string) => void;
  }) {
    this.#options = options;
    this.#write = to.write;
    this.#close = to.close;
    this.#hello = { type: "hello", software: "test", ...KEEPS, ...options.hello };
    const limits = receiverLimits(this.#hello);
    this.#incoming = new IncomingBodies({ limits, bases: new Bases(limits) });
  }

  /** Of this type, in order. */
  framesOf<Type extends Frame["type"]>(type: Type): Extract<Frame, { type: Type }>[] {
    return this.frames.filter((frame) => frame.type === type) as Extract<Frame, { type: Type }>[];
  }

  send(frame: Frame): void {
    this.#write(encodeFrame(frame));
  }

  close(code: number, reason = ""): void {
    this.#close(code, reason);
  }

  message(message: Uint8Array<ArrayBuffer>): void {
    const decoded = decodeFrame(message);
    if (!decoded.ok) return this.#close(CLOSE.protocol, decoded.reason);
    const { frame } = decoded;
    if (frame === undefined) return;
    this.frames.push(frame);
    switch (frame.type) {
      case "hello":
        if (!("hello" in this.#options) || this.#options.hello) this.send(this.#hello);
        return;
      case "target":
        return void this.targets.set(frame.channel, frame);
      case "end":
        this.targets.delete(frame.channel);
        return this.#incoming.endChannel(frame.channel);
      case "failure":
        return this.#judge(frame, this.#incoming.countFailure());
      case "snapshot":
      case "answer":
        return this.#take(this.#incoming.begin(frame));
      case "chunk":
        return this.#take(this.#incoming.add(frame));
      case "abort":
        return this.#take(this.#incoming.abort(frame.number));
    }
  }

  #take(intake: Intake): void {
    switch (intake.kind) {
      case "waiting":
        return;
      case "broken":
        return this.#close(CLOSE.protocol, intake.reason);
      case "refused":
        return this.send({ type: "refused", number: intake.number, ...intake.refusal });
      case "whole":
        this.bodies.push(arrived(this.targets, intake));
        return this.#judge(intake.frame, intake.number);
    }
  }

  #judge(frame: Numbered, number: number): void {
    const said = (this.#options.judge ?? acknowledge)(frame, number);
    if (said !== undefined) this.send(said);
  }
}

/** As a receiver that has nothing against anything. */
export function acknowledge(_: Numbered, number: number): Frame {
  return { type: "ack", number, count: 1 };
}

function arrived(
  targets: ReadonlyMap<number, TargetFrame>,
  { frame, encoding, body }: WholeBody,
): Arrived {
  const target = targets.get(frame.channel)!;
  const isAnswer = frame.type === "answer";
  return {
    path: `/metrics/${target.job}/${target.instance}`,
    contentType: isAnswer && frame.contentType !== "" ? frame.contentType : target.contentType,
    sentAs: frame.encoding,
    request: isAnswer ? frame.request : undefined,
    body: encoding === "gzip" ? new Uint8Array(gunzipSync(body)) : body,
  };
}
