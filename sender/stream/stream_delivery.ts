// Delivers by a receiver's stream, or by PUT where there can't be one.

import { formatDuration, oneLine } from "../../protocol/mod.ts";
import type { Delivery, DeliveryFailed, DeliveryResult } from "../delivery.ts";
import { refusedDelivery } from "../refusal.ts";
import type { Report, Scraped } from "../report.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { Link } from "./link.ts";
import type { Settled } from "./pending.ts";
import { putBody } from "./put_body.ts";
import { readRefusal } from "./read_refusal.ts";

/** What a delivery over a stream works with. */
export interface StreamDeliveryOptions {
  readonly link: Link;
  readonly channel: Channel;
  readonly put: Delivery;
  readonly timeoutMs: number;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
  /** The channel is needed no more. */
  readonly onEnd: () => void;
}

/** The stream's way. */
export class StreamDelivery implements Delivery {
  readonly #options: StreamDeliveryOptions;

  constructor(options: StreamDeliveryOptions) {
    this.#options = options;
  }

  async deliver(report: Report, signal: AbortSignal): Promise<DeliveryResult> {
    const { link, channel, put } = this.#options;
    const way = await link.way(signal);
    if (way.kind === "failed") return way.failure;
    if (way.kind === "put" || channel.number >= way.connection.limits.maxChannels) {
      return await put.deliver(report, signal);
    }
    return report.result.ok
      ? await this.#deliverBody(way.connection, { report, scraped: report.result, signal })
      : await this.#deliverFailure(way.connection, report, signal);
  }

  mended(signal: AbortSignal): Promise<void> {
    return this.#options.link.opened(signal);
  }

  end(): void {
    this.#options.onEnd();
  }

  async #deliverFailure(
    connection: Connection,
    { result, scrapedAtMs }: Report,
    signal: AbortSignal,
  ): Promise<DeliveryResult> {
    if (result.ok) throw new Error("no failure");
    const { channel } = this.#options;
    const { cause, detail } = result.failure;
    const settled = await connection.put({
      sentBytes: 0,
      begin() {
        connection.announce(channel);
        return {
          type: "failure",
          channel: channel.number,
          scrapedAtMs,
          cause,
          detail: oneLine(detail),
        };
      },
      sent() {},
    }, signal);
    return this.#judge(settled, connection, 0);
  }

  async #deliverBody(
    connection: Connection,
    { report, scraped, signal }: {
      readonly report: Report;
      readonly scraped: Scraped;
      readonly signal: AbortSignal;
    },
  ): Promise<DeliveryResult> {
    const { channel } = this.#options;
    const { scrapedAtMs } = report;
    const put = await putBody(connection, {
      ...{ channel, scraped },
      begin() {
        connection.announce(channel, scraped.contentType ?? "");
        return { type: "snapshot", channel: channel.number, scrapedAtMs };
      },
    }, signal);
    return put.kind === "unfit"
      ? refusedDelivery(put.refusal)
      : this.#judge(put, connection, put.bodyBytes);
  }

  #judge(settled: Settled, { clockOffsetMs }: Connection, bodyBytes: number): DeliveryResult {
    switch (settled.kind) {
      case "taken":
        return { ok: true, bodyBytes, clockOffsetMs };
      case "refused":
        return refusedDelivery(readRefusal(settled.refusal, this.#options.secret));
      case "lost":
        return lost(
          settled.reason || `no acknowledgement in ${formatDuration(this.#options.timeoutMs)}`,
        );
    }
  }
}

function lost(reason: string): DeliveryFailed {
  return { ok: false, refused: false, retriable: true, reason };
}
