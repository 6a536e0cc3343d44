// What a receiver was told of channels on one stream.

import { writeLabels } from "../../protocol/mod.ts";
import type { EndFrame, TargetFrame } from "../../protocol/stream/mod.ts";
import type { Channel } from "./channel.ts";

interface Said {
  readonly what: string;
  readonly contentType: string;
}

/** By the number of the channel. */
export class Announced {
  readonly #said = new Map<number, Said>();

  /** What is to be said of a channel now. Its last type stays where none is given. */
  announce(channel: Channel, contentType?: string): TargetFrame | undefined {
    const { number, target, mode, ttlMs, intervalMs, labels, paramsAllowed } = channel;
    const before = this.#said.get(number);
    const type = contentType ?? before?.contentType ?? "";
    const what = JSON.stringify([mode, ttlMs, intervalMs, labels, paramsAllowed]);
    if (before?.what === what && before.contentType === type) return undefined;
    this.#said.set(number, { what, contentType: type });
    return {
      ...{ type: "target", channel: number, ...target, mode, ttlMs, intervalMs },
      ...{ contentType: type, labels: writeLabels(labels), paramsAllowed },
    };
  }

  /** What is to be said of a channel that is no more; `undefined` where nobody was told of it. */
  end({ number }: Channel): EndFrame | undefined {
    const wasSaid = this.#said.delete(number);
    return wasSaid ? { type: "end", channel: number, forget: false } : undefined;
  }

  /** The receiver won't have it: it is said again when it comes up again. */
  refused(channel: number): void {
    this.#said.delete(channel);
  }
}
