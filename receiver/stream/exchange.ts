// What goes on between both hellos and the end of a stream: which frame goes where.

import {
  type Acks,
  Bases,
  type Frame,
  type HelloFrame,
  IncomingBodies,
  maxScrapes,
  type ReceiverLimits,
  type Room,
} from "../../protocol/stream/mod.ts";
import type { Sender } from "../push.ts";
import type { PushRules } from "../push_rules.ts";
import type { Reading } from "../snapshot.ts";
import type { Client } from "../token_book.ts";
import { Answers } from "./answers.ts";
import { Arrivals, type Fault } from "./arrivals.ts";
import { Channels } from "./channels.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StreamMemory } from "./memory.ts";
import { Pushes } from "./pushes.ts";
import { Scrapes } from "./scrapes.ts";

/** What an exchange works with. */
export interface ExchangeOptions {
  readonly dependencies: StreamDependencies;
  readonly rules: PushRules;
  readonly memory: StreamMemory;
  readonly sender: Sender;
  readonly client: () => Client;
  readonly acks: Acks;
  readonly send: (frame: Frame) => void;
}

/** Both hellos. */
export interface Hellos {
  readonly theirs: HelloFrame;
  readonly ours: ReceiverLimits;
}

const GONE: Reading = {
  state: "silent",
  cause: "sender_silent",
  reason: "its sender is not connected any more",
};

/** The parts of one stream. */
export class Exchange {
  readonly #memory: StreamMemory;
  readonly #bases: Bases;
  readonly #bodies: IncomingBodies;
  readonly #scrapes: Scrapes;
  readonly #channels: Channels;
  readonly #arrivals: Arrivals;
  readonly #answers: Answers;
  #lacking: string | undefined;

  constructor({ theirs, ours }: Hellos, options: ExchangeOptions) {
    const { dependencies, rules, memory, sender, client, acks, send } = options;
    const { name: token } = client();
    const needed = memory.needed(token);
    this.#memory = memory;
    this.#bases = new Bases(ours, this.#watched(memory.spare(token), "the bases of its deltas"));
    memory.add(this.#bases, token);
    const bodies = this.#bodies = new IncomingBodies({
      ...{ limits: ours, bases: this.#bases, room: needed },
    });
    const scrapes = this.#scrapes = new Scrapes({ send, maxScrapes: maxScrapes(theirs) });
    const channels = this.#channels = new Channels({
      ...{ dependencies, rules, sender, client, send },
      room: this.#watched(needed, "its targets"),
      ask: (channel, request) => scrapes.ask(channel, request),
    }, ours);
    const { store, clock } = dependencies;
    const pushes = new Pushes({ rules, sender, client, clock });
    const answers = this.#answers = new Answers({ store, channels, scrapes, send });
    this.#arrivals = new Arrivals({
      ...{ dependencies, channels, bodies, pushes, answers, acks, client, send },
    });
  }

  /** What there was no memory for that a stream can't go on without; `undefined`: nothing. */
  get lacking(): string | undefined {
    return this.#lacking;
  }

  handle(frame: Frame, messageBytes: number): Fault | Promise<Fault> {
    const arrivals = this.#arrivals;
    switch (frame.type) {
      case "alive":
        return undefined;
      case "target":
        return this.#channels.bind(frame);
      case "end":
        this.#scrapes.endChannel(frame.channel, GONE);
        arrivals.endChannel(frame.channel);
        return this.#channels.end(frame);
      case "snapshot":
      case "answer":
        return arrivals.body({ frame, messageBytes });
      case "failure":
        return arrivals.failure({ frame, messageBytes });
      case "no_answer":
        return void this.#answers.none(frame);
      case "chunk":
        return arrivals.chunk({ frame, messageBytes });
      case "abort":
        return arrivals.abort(frame.number);
      case "hello":
      case "ack":
      case "refused":
      case "target_refused":
      case "scrape":
      case "cancel":
        return `a frame of type "${frame.type}" is not for a receiver`;
      default:
        return frame satisfies never;
    }
  }

  /** Looks after the time, every second or so. */
  tick(): void {
    this.#arrivals.tick();
  }

  /** The token may do something else now. */
  recheck(): void {
    this.#channels.recheck();
  }

  /** Remembers why nothing more will come for all its targets. */
  noteRefusal(detail: string): void {
    this.#channels.noteRefusal(detail);
  }

  /** The stream is no more: gives back all memory. */
  end(): void {
    this.#scrapes.clear(GONE);
    this.#channels.clear();
    this.#bodies.clear();
    this.#memory.delete(this.#bases);
  }

  /** Remembers that there was no room. */
  #watched(room: Room, what: string): Room {
    return {
      take: (bytes) => {
        const isTaken = room.take(bytes);
        if (!isTaken) this.#lacking ??= what;
        return isTaken;
      },
      give: (bytes) => room.give(bytes),
    };
  }
}
