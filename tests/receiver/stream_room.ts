// The streams of a receiver around a real store, with a clock that the test moves.

import type { Frame, SnapshotFrame, TargetFrame } from "../../protocol/stream/mod.ts";
import { checksum, SUBPROTOCOL } from "../../protocol/stream/mod.ts";
import { Conflicts } from "../../receiver/conflicts.ts";
import { LiveSource } from "../../receiver/live_source.ts";
import { RateLimiter } from "../../receiver/rate.ts";
import type { PushLimits } from "../../receiver/read_push.ts";
import type { RefusalReason } from "../../receiver/refusal.ts";
import type { Reading, ScrapeRequest } from "../../receiver/snapshot.ts";
import { MemoryStore, type StoreLimits } from "../../receiver/store.ts";
import { Streams } from "../../receiver/stream/mod.ts";
import { Strangers } from "../../receiver/strangers.ts";
import { bearerToken, TokenBook, type TokenEntry } from "../../receiver/token_book.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { FakeStream } from "../fakes/stream_connection.ts";
import { target } from "./push_room.ts";

/** `maxStreamBytes`: of what streams begin and keep. */
type Limits = PushLimits & StoreLimits & { readonly maxStreamBytes: number };

/** A request to open a stream; without `authorization` it shows the good token. */
export interface Opening {
  readonly path?: string;
  readonly authorization?: string | null;
  readonly protocol?: string;
  readonly address?: string;
}

const LIMITS: Limits = {
  maxBodyBytes: 100_000,
  maxUnpackedBytes: 500_000,
  bodyTimeoutMs: 60_000,
  defaultTtlMs: 10_000,
  maxTargets: 10,
  maxMemoryBytes: 1_000_000,
  maxStreamBytes: 1_000_000,
  forgetAfterMs: 60_000,
};

const HELLO: Frame = { type: "hello", software: "test/1", maxScrapes: 4 };

/** Streams, and all that they work with. */
export class StreamRoom implements Disposable {
  nowMs = 1_000;
  readonly token = randomSecret();
  readonly log = new RecordedLog();
  readonly refused: RefusalReason[] = [];
  readonly pushed: (readonly [result: string, sentBytes: number])[] = [];
  readonly conflicts: (readonly [owner: string, token: string])[] = [];
  readonly closed: (number | undefined)[] = [];
  readonly tokens: TokenBook;
  readonly store: MemoryStore;
  readonly live: LiveSource;
  readonly streams: Streams;

  /** Beside its own token, which may write everything, it knows `entries`. */
  constructor(limits: Partial<Limits> = {}, entries: readonly TokenEntry[] = []) {
    const all = { ...LIMITS, ...limits };
    const now = () => this.nowMs;
    this.store = new MemoryStore(all, { now });
    this.live = new LiveSource(this.store);
    this.tokens = new TokenBook([bearerToken(this.token), ...entries], {
      clock: now,
      expired: () => {},
    });
    this.streams = new Streams({
      tokens: this.tokens,
      strangers: new Strangers(now),
      rate: new RateLimiter(now),
      conflicts: new Conflicts(this.log, now),
      store: this.store,
      live: this.live,
      limits: all,
      maxMemoryBytes: all.maxStreamBytes,
      software: "prompipe/test",
      observer: {
        pushed: ({ result, push }) => this.pushed.push([result, push.sentBytes]),
        refused: (reason) => this.refused.push(reason),
        conflicted: (owner, token) => this.conflicts.push([owner, token]),
        streamClosed: (code) => this.closed.push(code),
      },
      log: this.log,
      now,
      clock: now,
    });
  }

  /** Asks for a stream: an answer, or the stream before its hello. */
  async open(opening: Opening = {}): Promise<Response | FakeStream> {
    const { path = "/stream", authorization, protocol = SUBPROTOCOL, address = "::1" } = opening;
    const headers = new Headers({ "Sec-WebSocket-Protocol": protocol });
    if (authorization !== null) {
      headers.set("Authorization", authorization ?? `Bearer ${this.token}`);
    }
    const admitted = await this.streams.admit(rawRequest(path, { headers }), address);
    return admitted instanceof Response ? admitted : new FakeStream(admitted);
  }

  /** A stream on which both said hello. */
  async greeted(opening: Opening = {}): Promise<FakeStream> {
    const stream = await this.open(opening);
    if (stream instanceof Response) throw new Error(`refused with ${stream.status}`);
    await stream.say(HELLO);
    stream.take();
    return stream;
  }

  /** What a scraper of the path gets now. */
  scrape(path = "/metrics/a/b", request: Partial<ScrapeRequest> = {}): Promise<Reading> {
    const signal = new AbortController().signal;
    const all = { signal, accept: "", timeoutMs: undefined, params: "", ...request };
    return Promise.resolve(this.live.read(target(path), all));
  }

  [Symbol.dispose](): void {
    this.streams[Symbol.dispose]();
  }
}

/** Says of channel 0 that it is a/b, pushed, without anything more. */
export function targetFrame(more: Partial<TargetFrame> = {}): TargetFrame {
  return {
    ...{ type: "target", channel: 0, mode: "push", ttlMs: 0, intervalMs: 0 },
    ...{ job: "a", instance: "b", contentType: "", labels: "", paramsAllowed: [] },
    ...more,
  };
}

/** A snapshot on channel 0, whole and as it is. */
export function snapshotFrame(text: string, more: Partial<SnapshotFrame> = {}): SnapshotFrame {
  const payload = new TextEncoder().encode(text);
  return {
    ...{ type: "snapshot", channel: 0, scrapedAtMs: 0, encoding: "identity", keep: false },
    ...{ bodyBytes: payload.byteLength, checksum: checksum(payload) },
    ...{ sentBytes: payload.byteLength, payload },
    ...more,
  };
}
