// The frames of a stream, as docs/protocol.md specifies them. One message holds one frame.

/** What the `Sec-WebSocket-Protocol` of a stream says. */
export const SUBPROTOCOL = "prompipe.v1";
/** Who has sent nothing for so long sends an `alive`. */
export const HEARTBEAT_MS = 5_000;
/** A peer that was silent for so long is dead. */
export const DEAD_AFTER_MS = 12_000;
/** Of a body in one frame. A larger one goes on in chunks. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Of a message, whatever is in it. */
export const MAX_MESSAGE_BYTES = 80 * 1024;

/** Why a stream was closed: WebSocket close codes. The reason that goes with it is for people. */
export const CLOSE = {
  /** Nothing more to say. */
  done: 1000,
  /** The process stops; come again at once. */
  going: 1001,
  /** Something that this protocol doesn't allow. */
  protocol: 4400,
  /** The token is not good any more. */
  unauthorized: 4401,
  /** Nothing was heard for {@linkcode DEAD_AFTER_MS}, or no hello came. */
  silent: 4408,
  /** More memory than the receiver has for streams. */
  no_room: 4507,
} as const;

/** How a body is packed in its frames. A `delta` is made of the channel's base. */
export type BodyEncoding = "identity" | "gzip" | "delta";

/** What a side says first. `undefined` where it doesn't say: {@linkcode receiverLimits} knows. */
export interface HelloFrame {
  readonly type: "hello";
  /** For people: `prompipe/1.0`. */
  readonly software: string;
  /** Of one body, as it is sent. */
  readonly maxBodyBytes?: number | undefined;
  /** Of one body, unpacked. */
  readonly maxUnpackedBytes?: number | undefined;
  /** Channels are numbered from 0 to one less. */
  readonly maxChannels?: number | undefined;
  /** Of all bodies that are begun and not whole, as they are sent. */
  readonly maxUnfinishedBytes?: number | undefined;
  /** Of one body that is kept for deltas; 0: none is. */
  readonly maxBaseBytes?: number | undefined;
  /** Of all bodies that are kept for deltas. */
  readonly maxBasesBytes?: number | undefined;
  /** The sender's: so many scrapes may be under way. */
  readonly maxScrapes?: number | undefined;
}

/** Somebody is there. */
export interface AliveFrame {
  readonly type: "alive";
}

/** Sender: a channel stands for this target from here on, or what is said of it changes. */
export interface TargetFrame {
  readonly type: "target";
  readonly channel: number;
  /** To be checked, and refused where it can't be; so is `instance`. */
  readonly job: string;
  readonly instance: string;
  readonly mode: "push" | "on_demand";
  /** 0: the receiver's default. */
  readonly ttlMs: number;
  /** 0: not said. */
  readonly intervalMs: number;
  /** Of all bodies; empty where the source says none. */
  readonly contentType: string;
  /** As `writeLabels` writes them: to be parsed, and refused where they are wrong. */
  readonly labels: string;
  /** Names that a scrape's query may hold. */
  readonly paramsAllowed: readonly string[];
}

/** Sender: the channel is free. `forget`: the target is gone, as after a DELETE. */
export interface EndFrame {
  readonly type: "end";
  readonly channel: number;
  readonly forget: boolean;
}

/** What bodies have in common. */
export interface BodyHead {
  readonly encoding: BodyEncoding;
  /** Becomes the channel's base as soon as it is whole. */
  readonly keep: boolean;
  /** Unpacked. */
  readonly bodyBytes: number;
  /** CRC-32 of the body, unpacked. */
  readonly checksum: number;
  /** Of all frames of the body; `payload.byteLength` where the first is the only one. */
  readonly sentBytes: number;
  /** The first part, or all. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Sender: what a source said. Has a number. */
export interface SnapshotFrame extends BodyHead {
  readonly type: "snapshot";
  readonly channel: number;
  /** Since 1970 by the sender's clock; 0: not said. */
  readonly scrapedAtMs: number;
}

/** Sender: a source has no snapshot. Has a number. */
export interface FailureFrame {
  readonly type: "failure";
  readonly channel: number;
  readonly scrapedAtMs: number;
  readonly cause: string;
  readonly detail: string;
}

/** Sender: what a source said when it was asked. Has a number. */
export interface AnswerFrame extends BodyHead {
  readonly type: "answer";
  readonly channel: number;
  readonly request: number;
  /** Empty: the one of the channel. */
  readonly contentType: string;
}

/** Sender: why there is no answer. `status` is what the scraper gets: 400, 502, 503 or 504. */
export interface NoAnswerFrame {
  readonly type: "no_answer";
  readonly request: number;
  readonly status: number;
  readonly cause: string;
  readonly detail: string;
}

/** Sender: the next part of the body with this number. */
export interface ChunkFrame {
  readonly type: "chunk";
  readonly number: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Sender: the rest of the body with this number won't come. */
export interface AbortFrame {
  readonly type: "abort";
  readonly number: number;
}

/** Receiver: so many in a row, from this number on, were taken. */
export interface AckFrame {
  readonly type: "ack";
  readonly number: number;
  readonly count: number;
}

/** Why something was refused. */
export interface RefusalInfo {
  /** As HTTP has it. */
  readonly status: number;
  /** One word; {@linkcode NO_BASE} means: send it again, not as a delta. */
  readonly reason: string;
  readonly detail: string;
  /** 0: not said. */
  readonly retryAfterS: number;
}

/** The reason of a refusal where a delta has no base, or the wrong one. */
export const NO_BASE = "no_base";

/** Receiver: what has this number was not taken. What of it is still to come will be passed over. */
export interface RefusedFrame extends RefusalInfo {
  readonly type: "refused";
  readonly number: number;
}

/** Receiver: this token can't have the channel's target. */
export interface TargetRefusedFrame extends RefusalInfo {
  readonly type: "target_refused";
  readonly channel: number;
}

/** Receiver: asks the channel's source. */
export interface ScrapeFrame {
  readonly type: "scrape";
  readonly request: number;
  readonly channel: number;
  /** From here until the answer has to be whole at the sender. */
  readonly timeoutMs: number;
  /** The scraper's `Accept`; empty where it sent none. */
  readonly accept: string;
  /** A query string without `?`. */
  readonly params: string;
}

/** Receiver: nobody waits for this answer any more. */
export interface CancelFrame {
  readonly type: "cancel";
  readonly request: number;
}

/** What only a sender says. */
export type SenderFrame =
  | TargetFrame
  | EndFrame
  | SnapshotFrame
  | FailureFrame
  | AnswerFrame
  | NoAnswerFrame
  | ChunkFrame
  | AbortFrame;

/** What only a receiver says. */
export type ReceiverFrame =
  | AckFrame
  | RefusedFrame
  | TargetRefusedFrame
  | ScrapeFrame
  | CancelFrame;

/** Any frame. */
export type Frame = HelloFrame | AliveFrame | SenderFrame | ReceiverFrame;

/** The byte that a frame begins with. */
export const FRAME_TYPES = {
  hello: 0x01,
  alive: 0x02,
  target: 0x10,
  end: 0x11,
  snapshot: 0x12,
  failure: 0x13,
  answer: 0x14,
  no_answer: 0x15,
  chunk: 0x16,
  abort: 0x17,
  ack: 0x30,
  refused: 0x31,
  target_refused: 0x32,
  scrape: 0x33,
  cancel: 0x34,
} as const satisfies Record<Frame["type"], number>;

/** Types from here on may be passed over by who doesn't know them. */
export const FIRST_OPTIONAL_TYPE = 0x80;
