// The channels of a link: one for each target that goes over it.

import type { Labels, Target } from "../../protocol/mod.ts";
import type { Destination, Pair } from "../pair.ts";
import { timeToLiveMs } from "../relay.ts";

/** What a receiver is told of a target. */
export interface ChannelInfo {
  readonly target: Target;
  readonly mode: "push" | "on_demand";
  readonly ttlMs: number;
  readonly intervalMs: number;
  readonly labels: Labels;
  readonly paramsAllowed: readonly string[];
}

/** A target with its number, which is its own until it is closed. */
export interface Channel extends ChannelInfo {
  readonly number: number;
}

/** Gives out numbers, the lowest that is free first. */
export class Channels {
  readonly #open = new Map<number, Channel>();

  get size(): number {
    return this.#open.size;
  }

  open(info: ChannelInfo): Channel {
    let number = 0;
    while (this.#open.has(number)) number++;
    const channel = { ...info, number };
    this.#open.set(number, channel);
    return channel;
  }

  /** Whether it was open. */
  close({ number }: Channel): boolean {
    return this.#open.delete(number);
  }

  [Symbol.iterator](): Iterator<Channel> {
    return this.#open.values();
  }
}

/** What the receiver is told of a pair. */
export function channelInfo({ target }: Destination, pair: Pair): ChannelInfo {
  const { mode, labels, paramsAllowed } = pair;
  const intervalMs = Math.round(pair.intervalMs);
  return { target, mode, labels, paramsAllowed, intervalMs, ttlMs: Math.round(timeToLiveMs(pair)) };
}
