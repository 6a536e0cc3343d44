// One scrape that a receiver asked for: what its source says, on its way back, or why there is
// nothing.

import { oneLine, type SourceFailure } from "../../protocol/mod.ts";
import type { NoAnswerFrame, ScrapeFrame } from "../../protocol/stream/mod.ts";
import type { DeliveryFailed, DeliveryResult } from "../delivery.ts";
import { type Refusal, refusedDelivery } from "../refusal.ts";
import type { Scraped, ScrapeResult } from "../report.ts";
import type { Timing } from "../timing.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { putBody } from "./put_body.ts";
import { readRefusal } from "./read_refusal.ts";

/** What a scraper wants. */
export interface Ask {
  /** Empty: nothing was said. */
  readonly accept: string;
  readonly params: URLSearchParams;
  readonly timeoutMs: number;
}

/** A source that is asked when somebody wants to know. */
export interface OnDemandSource {
  /** Rejects only where the signal aborts without a timeout. */
  ask(ask: Ask, signal: AbortSignal): Promise<ScrapeResult>;
  /** What became of an answer on its way to the receiver. */
  answered(scraped: Scraped, result: DeliveryResult, durationMs: number): void;
  /** The receiver won't have the target. */
  refused(reason: string): void;
}

/** Between whom. */
export interface Answering {
  readonly channel: Channel;
  readonly source: OnDemandSource;
  readonly connection: Connection;
  readonly timing: Timing;
  /** Must not be told by what a receiver says. */
  readonly secret: string;
}

/** What comes instead of an answer. */
export type NoAnswer = Pick<NoAnswerFrame, "status" | "cause" | "detail">;

/** How long the receiver may take to say that it has an answer that was sent in time. */
const WORD_WITHIN_MS = 5_000;

/** Resolves when nothing more will come of it. The signal says that nobody waits any more. */
export async function answerScrape(
  frame: ScrapeFrame,
  to: Answering,
  signal: AbortSignal,
): Promise<void> {
  const { source, connection, timing } = to;
  const { request, accept, timeoutMs } = frame;
  const params = new URLSearchParams(frame.params);
  const startedMs = timing.now();
  const scraped = await source.ask({ accept, params, timeoutMs }, signal);
  if (signal.aborted) return;
  const leftMs = Math.max(1, startedMs + timeoutMs - timing.now());
  const none = scraped.ok
    ? await bring(scraped, { ...to, request, leftMs }, signal)
    : noAnswerFor(scraped.failure);
  if (none !== undefined && !signal.aborted) {
    connection.send({ type: "no_answer", request, ...none });
  }
}

/** Sends an answer. Returns why there is none after all, or `undefined`. */
async function bring(
  scraped: Scraped,
  { request, leftMs, ...to }: Answering & { readonly request: number; readonly leftMs: number },
  signal: AbortSignal,
): Promise<NoAnswer | undefined> {
  const { channel, source, connection, timing, secret } = to;
  const { contentType = "" } = scraped;
  const startedMs = timing.now();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  signal.addEventListener("abort", stop);
  let cancel = timing.after(leftMs, stop);
  let isSent = false;
  const put = await putBody(connection, {
    ...{ channel, scraped },
    begin: () => ({ type: "answer", channel: channel.number, request, contentType }),
    sent() {
      isSent = true;
      cancel();
      cancel = timing.after(WORD_WITHIN_MS, stop);
    },
  }, stopping.signal).finally(() => {
    cancel();
    signal.removeEventListener("abort", stop);
  });
  const durationMs = timing.now() - startedMs;
  switch (put.kind) {
    case "taken":
      source.answered(scraped, { ok: true, bodyBytes: put.bodyBytes }, durationMs);
      return undefined;
    case "lost": {
      if (signal.aborted && put.reason === "") return undefined; // nobody waits for it
      const reason = put.reason || (isSent ? "no acknowledgement of an answer" : TOO_SLOW.detail);
      source.answered(scraped, lost(reason), durationMs);
      return isSent ? undefined : TOO_SLOW;
    }
    case "unfit":
      source.answered(scraped, refusedForGood(put.refusal), durationMs);
      return unfit(put.refusal);
    case "refused": {
      const failure = refusedForGood(readRefusal(put.refusal, secret));
      source.answered(scraped, failure, durationMs);
      return { status: 502, cause: "push_refused", detail: failure.reason };
    }
  }
}

const TOO_SLOW: NoAnswer = {
  status: 504,
  cause: "source_timeout",
  detail: "the way from the sender took too long",
};

function noAnswerFor({ cause, detail }: SourceFailure): NoAnswer {
  return { status: cause === "source_timeout" ? 504 : 502, cause, detail: oneLine(detail) };
}

function unfit({ status, text }: Refusal): NoAnswer {
  const cause = status === 413 ? "source_too_large" : "source_invalid";
  return { status: 502, cause, detail: text };
}

/** Nobody tries an answer again: who asked has waited enough. */
function refusedForGood(refusal: Refusal): DeliveryFailed {
  return { ...refusedDelivery(refusal), retriable: false };
}

function lost(reason: string): DeliveryFailed {
  return { ok: false, refused: false, retriable: false, reason };
}
