// Delivers by a receiver's stream, or by PUT where there can't be one.

import { formatDuration, oneLine } from "../../protocol/mod.ts";
import { NO_BASE } from "../../protocol/stream/mod.ts";
import type { Delivery, DeliveryFailed, DeliveryResult } from "../delivery.ts";
import { refusedDelivery } from "../refusal.ts";
import type { Report, Scraped } from "../report.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { Link } from "./link.ts";
import type { Settled } from "./pending.ts";
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

/** A delta without its base is sent again, whole: more often than this is no base's fault. */
const MAX_TRIES = 3;
const MAX_CONTENT_TYPE_BYTES = 1_024;

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
    const { contentType = "" } = scraped;
    if (new TextEncoder().encode(contentType).byteLength > MAX_CONTENT_TYPE_BYTES) {
      return refusedDelivery({ status: 400, text: "Content-Type is too long" });
    }
    for (let tries = 1;; tries++) {
      const body = await connection.bodies.prepare(channel, scraped);
      if ("status" in body) return refusedDelivery(body);
      let bodyBytes = 0;
      const settled = await connection.put({
        sentBytes: body.sentBytes,
        begin() {
          connection.announce(channel, contentType);
          return {
            head: { type: "snapshot", channel: channel.number, scrapedAtMs },
            body: body.make(),
          };
        },
        sent(bytes) {
          bodyBytes = bytes;
          body.sent();
        },
      }, signal);
      if (settled.kind === "refused") connection.bodies.forget(channel.number);
      if (!isNoBase(settled) || tries === MAX_TRIES) {
        return this.#judge(settled, connection, bodyBytes);
      }
    }
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

function isNoBase(settled: Settled): boolean {
  return settled.kind === "refused" && settled.refusal.reason === NO_BASE;
}

function lost(reason: string): DeliveryFailed {
  return { ok: false, refused: false, retriable: true, reason };
}
