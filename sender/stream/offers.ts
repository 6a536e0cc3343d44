// What is on demand, as each stream's receiver hears of it: at once, and again after a refusal.

import type { TargetRefusedFrame } from "../../protocol/stream/mod.ts";
import type { Timing } from "../timing.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { ScrapeDesk } from "./scrape_desk.ts";

/** What offers work with. */
export interface OffersOptions {
  readonly timing: Pick<Timing, "wait" | "random">;
  /** Has the channels that are on demand. */
  readonly desk: Pick<ScrapeDesk, "channels" | "has" | "refused" | "tooMany">;
}

/** After which a target that was refused is announced again, and the longest that is waited. */
const REFUSED_MS = 10_000;
const MAX_REFUSED_MS = 60 * 60_000;

/** Of one link. */
export class Offers {
  readonly #options: OffersOptions;
  /** Those that were refused on the open stream, and will be announced again. */
  readonly #refused = new Set<Channel>();

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  /** A stream has opened: says all of them. */
  announceAll(connection: Connection): void {
    this.#refused.clear();
    for (const channel of this.#options.desk.channels) this.announce(channel, connection);
  }

  announce(channel: Channel, connection: Connection): void {
    const { maxChannels } = connection.limits;
    if (channel.number < maxChannels) connection.announce(channel);
    else this.#options.desk.tooMany(channel, maxChannels);
  }

  /** What is pushed is refused each time; what is on demand is announced again after a while. */
  async refused(frame: TargetRefusedFrame, connection: Connection): Promise<void> {
    const { timing, desk } = this.#options;
    const channel = desk.refused(frame);
    if (channel === undefined || this.#refused.has(channel)) return;
    this.#refused.add(channel);
    const askedMs = Math.min(frame.retryAfterS * 1000, MAX_REFUSED_MS);
    const waitMs = Math.max(askedMs, REFUSED_MS) * (1 + timing.random() / 2);
    try {
      await timing.wait(waitMs, connection.signal);
    } catch {
      return; // the next connection is told of all
    }
    this.#refused.delete(channel);
    if (desk.has(channel)) connection.announce(channel);
  }
}
