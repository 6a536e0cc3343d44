// The channels of one stream: each a target that its token may have, or why it may not.

import { oneLine, type Target, targetPath } from "../../protocol/mod.ts";
import {
  ChannelTable,
  type EndFrame,
  type Frame,
  MAX_TEXT_BYTES,
  type Room,
  type TargetFrame,
} from "../../protocol/stream/mod.ts";
import type { Ask } from "../live_source.ts";
import type { PushRules } from "../push_rules.ts";
import { type Refusal, refusalInfo, refuse } from "../refusal.ts";
import type { Reading, ScrapeRequest } from "../snapshot.ts";
import type { Sender } from "../push.ts";
import type { Client } from "../token_book.ts";
import { ChannelRoom } from "./channel_room.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { type ChannelSaid, readTarget } from "./read_target.ts";

/** A channel in use. */
export interface Channel {
  /** `undefined` of one that is refused for what it says. */
  readonly said: ChannelSaid | undefined;
  /** Whatever comes on it is refused for this. */
  readonly refusal: Refusal | undefined;
  /** How its source is asked; `undefined` where it is not on demand. */
  readonly ask: Ask | undefined;
}

/** What the channels of a stream work with. */
export interface ChannelsOptions {
  readonly dependencies: Pick<
    StreamDependencies,
    "store" | "live" | "observer" | "limits" | "log"
  >;
  readonly rules: PushRules;
  readonly sender: Sender;
  readonly client: () => Client;
  readonly send: (frame: Frame) => void;
  readonly ask: (channel: number, request: ScrapeRequest) => Reading | Promise<Reading>;
  /** For what is said of channels. Without it, a `target` frame changes nothing. */
  readonly room: Room;
}

const DELETED = refuse("deleted", "the target was deleted");

/** Binds channels to targets, and lets go of them. */
export class Channels {
  readonly #options: ChannelsOptions;
  readonly #table: ChannelTable;
  readonly #room: ChannelRoom;
  readonly #channels = new Map<number, Channel>();

  constructor(options: ChannelsOptions, { maxChannels }: { readonly maxChannels: number }) {
    this.#options = options;
    this.#table = new ChannelTable({ maxChannels });
    this.#room = new ChannelRoom(options.room);
  }

  get(channel: number): Channel | undefined {
    return this.#channels.get(channel);
  }

  /** Returns what the protocol doesn't allow about the frame. */
  bind(frame: TargetFrame): string | undefined {
    const bound = this.#table.bind(frame);
    if (bound.kind === "broken") return bound.reason;
    if (!this.#room.take(frame)) return undefined;
    const before = this.#channels.get(frame.channel);
    const next = bound.kind === "refused"
      ? refuse("bad_name", bound.reason)
      : this.#read(frame, bound.target);
    if ("ok" in next) {
      this.#release(before);
      this.#refuse(frame.channel, next, before?.said);
    } else {
      if (next.ask !== before?.ask) this.#release(before);
      this.#channels.set(frame.channel, next);
    }
    return undefined;
  }

  /** Frees the channel; returns what the protocol doesn't allow about the frame. */
  end({ channel, forget }: EndFrame): string | undefined {
    if (this.#table.end(channel) === undefined) return "a channel ends that is none";
    const ended = this.#channels.get(channel);
    this.#channels.delete(channel);
    this.#room.give(channel);
    this.#release(ended);
    const target = ended?.said?.target;
    if (!forget || target === undefined) return undefined;
    const { dependencies: { live, log }, rules, client } = this.#options;
    if (rules.whyForeign(target, client()) === undefined && live.forget(target)) {
      log.info("target deleted", { target: targetPath(target), token: client().name });
    }
    return undefined;
  }

  /** The token may do something else now: lets go of what it may not any more. */
  recheck(): void {
    for (const [number, { said, ask }] of this.#channels) {
      if (said === undefined || ask === undefined) continue;
      const foreign = this.#options.rules.whyForeign(said.target, this.#options.client());
      if (foreign === undefined) continue;
      this.#release(this.#channels.get(number));
      this.#refuse(number, foreign, said);
    }
  }

  /** Remembers why nothing more will come for all its targets. */
  noteRefusal(detail: string): void {
    const { dependencies: { store }, client } = this.#options;
    for (const { said } of this.#channels.values()) {
      if (said !== undefined) store.noteRefusal(said.target, { token: client().name, detail });
    }
  }

  /** The stream is no more. */
  clear(): void {
    for (const channel of this.#channels.values()) this.#release(channel);
    this.#channels.clear();
    this.#room.clear();
  }

  #read(frame: TargetFrame, target: Target): Channel | Refusal {
    const { dependencies: { store, live, limits }, rules, sender, client } = this.#options;
    const read = readTarget(frame, { target, defaultTtlMs: limits.defaultTtlMs });
    if (!read.ok) return read;
    const { said } = read;
    const foreign = rules.whyForeign(target, client());
    if (foreign !== undefined) return foreign;
    if (said.mode === "push") return { said, refusal: undefined, ask: undefined };
    const { ttlMs, intervalMs, labels } = said;
    const written = store.write(target, {
      ...{ arrival: "on_demand", content: {} },
      ...{ ttlMs, intervalMs, labels, sender, sentBytes: 0 },
      ...{ scrapedAtMs: undefined, clockAheadMs: undefined },
    }, { maxOwned: client().limits.maxTargets });
    if (!written.ok) return refuse("no_room", written.reason);
    const ask: Ask = (request) => this.#ask(frame.channel, said, request);
    live.attach(target, { ask, forgotten: () => this.#refuse(frame.channel, DELETED, said) });
    return { said, refusal: undefined, ask };
  }

  #ask(
    channel: number,
    { paramsAllowed }: ChannelSaid,
    request: ScrapeRequest,
  ): Reading | Promise<Reading> {
    if (isTooLong(request.params) || isTooLong(request.accept)) return TOO_LONG;
    for (const name of new URLSearchParams(request.params).keys()) {
      if (!paramsAllowed.has(name)) return notAllowed(name);
    }
    return this.#options.ask(channel, request);
  }

  #refuse(channel: number, refusal: Refusal, said: ChannelSaid | undefined): void {
    const { dependencies: { store, observer }, send, client } = this.#options;
    this.#channels.set(channel, { said, refusal, ask: undefined });
    const { reason, detail } = refusal;
    observer.refused(reason);
    const target = this.#table.get(channel)?.target;
    if (target !== undefined) store.noteRefusal(target, { token: client().name, detail });
    send({ type: "target_refused", channel, ...refusalInfo(refusal) });
  }

  /** Of a target that was asked for another way since, nothing is said. */
  #release(channel: Channel | undefined): void {
    const { store, live } = this.#options.dependencies;
    if (channel?.ask === undefined || channel.said === undefined) return;
    if (live.detach(channel.said.target, channel.ask)) store.disconnect(channel.said.target);
  }
}

/** Of UTF-8, a frame has no room for more. */
function isTooLong(text: string): boolean {
  return new TextEncoder().encode(text).byteLength > MAX_TEXT_BYTES;
}

const TOO_LONG: Reading = {
  state: "bad_request",
  reason: `query or Accept is longer than ${MAX_TEXT_BYTES} bytes`,
};

function notAllowed(name: string): Reading {
  const quoted = JSON.stringify(oneLine(name));
  const reason = `parameter ${quoted} is not allowed: its pair must name it in params_allowed`;
  return { state: "bad_request", reason };
}
