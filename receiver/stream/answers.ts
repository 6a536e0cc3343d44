// What comes of the scrapes that went down a stream: to who waits for it, and to the store.

import { type SourceFailure, sourceFailure } from "../../protocol/mod.ts";
import type { AnswerFrame, Frame, NoAnswerFrame } from "../../protocol/stream/mod.ts";
import type { Refusal } from "../refusal.ts";
import type { Reading, Snapshot } from "../snapshot.ts";
import type { Channel, Channels } from "./channels.ts";
import type { StreamStore } from "./dependencies.ts";
import { BAD_TYPE, readContentType } from "./read_target.ts";
import type { Scrapes } from "./scrapes.ts";

/** What answers work with. */
export interface AnswersOptions {
  readonly store: Pick<StreamStore, "answered">;
  readonly channels: Channels;
  readonly scrapes: Scrapes;
  readonly send: (frame: Frame) => void;
}

/** Answers of one stream. */
export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Why none may come on the channel. */
  whyNot({ contentType }: AnswerFrame, { refusal }: Channel): Refusal | undefined {
    const isGood = contentType === "" || readContentType(contentType, "") !== undefined;
    return refusal ?? (isGood ? undefined : BAD_TYPE);
  }

  /** One has come whole; perhaps nobody waits for it any more. */
  take({ request, channel }: AnswerFrame, snapshot: Snapshot, sentBytes: number): void {
    const { store, channels, scrapes } = this.#options;
    if (scrapes.channelOf(request) !== channel) return;
    scrapes.answer(request, { state: "up", snapshot });
    const target = channels.get(channel)?.said?.target;
    if (target === undefined) return;
    store.answered(target, { content: { lastBytes: snapshot.unpackedBytes }, sentBytes });
  }

  /** One was refused: who waits for it is told, and so is the sender. */
  refused({ request }: AnswerFrame, { reason, detail }: Refusal): void {
    const cause = reason === "too_large" ? "source_too_large" : "push_refused";
    this.#fail(request, { failure: { cause, detail }, isLate: false });
    this.#options.send({ type: "cancel", request });
  }

  /** There is none. */
  none({ request, status, cause, detail }: NoAnswerFrame): void {
    const failure = sourceFailure(cause, detail);
    const { detail: reason } = failure;
    const { scrapes } = this.#options;
    switch (status) {
      case 400:
        return void scrapes.answer(request, { state: "bad_request", reason });
      case 503:
        return void scrapes.answer(request, { state: "silent", cause: failure.cause, reason });
      default:
        return this.#fail(request, { failure, isLate: status === 504 });
    }
  }

  #fail(
    request: number,
    { failure, isLate }: { readonly failure: SourceFailure; readonly isLate: boolean },
  ): void {
    const { scrapes, channels, store } = this.#options;
    const channel = scrapes.channelOf(request);
    if (channel === undefined) return;
    const { cause, detail: reason } = failure;
    const reading: Reading = { state: "source_failed", cause, reason, isLate };
    scrapes.answer(request, reading);
    const target = channels.get(channel)?.said?.target;
    if (target !== undefined) store.answered(target, { content: failure, sentBytes: 0 });
  }
}
