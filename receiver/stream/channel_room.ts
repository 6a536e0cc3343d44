// The memory that is taken by what is said of channels.

import type { Room, TargetFrame } from "../../protocol/stream/mod.ts";

/** Of a channel that says next to nothing. */
const LEAST_BYTES = 1_024;

/** Of one stream, by channel. */
export class ChannelRoom {
  readonly #room: Room;
  readonly #held = new Map<number, number>();

  constructor(room: Room) {
    this.#room = room;
  }

  /** Takes what a channel needs from now on. Returns whether there is so much. */
  take(frame: TargetFrame): boolean {
    const bytes = bytesOf(frame);
    const held = this.#held.get(frame.channel) ?? 0;
    if (bytes > held && !this.#room.take(bytes - held)) return false;
    if (bytes < held) this.#room.give(held - bytes);
    this.#held.set(frame.channel, bytes);
    return true;
  }

  /** The channel is no more. */
  give(channel: number): void {
    const held = this.#held.get(channel);
    if (held === undefined) return;
    this.#held.delete(channel);
    this.#room.give(held);
  }

  clear(): void {
    for (const channel of [...this.#held.keys()]) this.give(channel);
  }
}

function bytesOf({ job, instance, contentType, labels, paramsAllowed }: TargetFrame): number {
  let length = job.length + instance.length + contentType.length + labels.length;
  for (const name of paramsAllowed) length += name.length;
  return LEAST_BYTES + 2 * length;
}
