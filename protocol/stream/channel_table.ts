// Which target each channel of a stream stands for.

import { parseTargetNames, type Target, targetKey } from "../target.ts";
import type { TargetFrame } from "./frame.ts";

/** What a `target` frame came to. */
export type Bound =
  /** Said for the first time, or anew. */
  | { readonly kind: "bound"; readonly target: Target; readonly isNew: boolean }
  /** To be answered with `target_refused`; the channel stands for nothing that can be. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The stream is to be closed. */
  | { readonly kind: "broken"; readonly reason: string };

/** A channel in use. */
export interface Channel {
  readonly frame: TargetFrame;
  /** `undefined` where there can't be such a target. */
  readonly target: Target | undefined;
}

/** The channels in use. */
export class ChannelTable {
  readonly #maxChannels: number;
  readonly #channels = new Map<number, Channel>();
  readonly #byTarget = new Map<string, number>();

  constructor({ maxChannels }: { readonly maxChannels: number }) {
    this.#maxChannels = maxChannels;
  }

  bind(frame: TargetFrame): Bound {
    const { channel, job, instance } = frame;
    if (channel >= this.#maxChannels) return broken("a channel's number is too high");
    const parsed = parseTargetNames(job, instance);
    const target = parsed.kind === "target" ? parsed.target : undefined;
    const before = this.#channels.get(channel);
    if (before !== undefined && !isSame(before.frame, frame)) {
      return broken("a channel changes its target");
    }
    if (target !== undefined && before === undefined) {
      const key = targetKey(target);
      if (this.#byTarget.has(key)) return broken("two channels have the same target");
      this.#byTarget.set(key, channel);
    }
    this.#channels.set(channel, { frame, target });
    return target === undefined
      ? { kind: "refused", reason: parsed.kind === "invalid" ? parsed.reason : "no target" }
      : { kind: "bound", target, isNew: before === undefined };
  }

  get(channel: number): Channel | undefined {
    return this.#channels.get(channel);
  }

  /** The channel is free; what it was, or `undefined` where it was free already. */
  end(channel: number): Channel | undefined {
    const ended = this.#channels.get(channel);
    this.#channels.delete(channel);
    if (ended?.target !== undefined) this.#byTarget.delete(targetKey(ended.target));
    return ended;
  }

  /** By number. */
  entries(): Iterable<[number, Channel]> {
    return this.#channels.entries();
  }
}

function isSame(one: TargetFrame, other: TargetFrame): boolean {
  return one.job === other.job && one.instance === other.instance;
}

function broken(reason: string): Bound {
  return { kind: "broken", reason };
}
