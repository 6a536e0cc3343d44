// The bodies that deltas are made of, one for each channel. Both sides keep the same ones.

import type { ReceiverLimits } from "./limits.ts";

/** Memory that several streams share. */
export interface Room {
  /** Takes so many bytes, or none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Room without end. */
export const UNBOUNDED: Room = { take: () => true, give: () => {} };

/** Keeps bodies by channel, within the limits of a hello. */
export class Bases {
  readonly #limits: Pick<ReceiverLimits, "maxBaseBytes" | "maxBasesBytes">;
  readonly #room: Room;
  readonly #bodies = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(
    limits: Pick<ReceiverLimits, "maxBaseBytes" | "maxBasesBytes">,
    room: Room = UNBOUNDED,
  ) {
    this.#limits = limits;
    this.#room = room;
  }

  /** Of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  get(channel: number): Uint8Array | undefined {
    return this.#bodies.get(channel);
  }

  /** Whether a body of that length may take the place of the channel's base. */
  fits(channel: number, bytes: number): boolean {
    const others = this.#bytes - (this.#bodies.get(channel)?.byteLength ?? 0);
    return bytes <= this.#limits.maxBaseBytes && others + bytes <= this.#limits.maxBasesBytes;
  }

  /** Takes the place of the channel's base. Where there is no room for it, there is none. */
  set(channel: number, body: Uint8Array): void {
    this.delete(channel);
    if (!this.fits(channel, body.byteLength) || !this.#room.take(body.byteLength)) return;
    this.#bodies.set(channel, body);
    this.#bytes += body.byteLength;
  }

  delete(channel: number): void {
    const bytes = this.#bodies.get(channel)?.byteLength;
    if (bytes === undefined) return;
    this.#bodies.delete(channel);
    this.#bytes -= bytes;
    this.#room.give(bytes);
  }

  clear(): void {
    for (const channel of [...this.#bodies.keys()]) this.delete(channel);
  }
}
