// Many streams to one receiver, each by the sender's own code and with one target, all in
// this process.

import { assert } from "@std/assert";
import type { DeliveryResult } from "../../sender/delivery.ts";
import type { Scraped } from "../../sender/report.ts";
import { channelInfo } from "../../sender/stream/channel.ts";
import { Link } from "../../sender/stream/link.ts";
import type { OnDemandSource } from "../../sender/stream/answer.ts";
import { StreamDelivery } from "../../sender/stream/stream_delivery.ts";
import { webSocketOpener } from "../../sender/stream/web_socket.ts";
import { realTiming } from "../../sender/timing.ts";
import { makeDestination, makePair } from "../fakes/pair.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";
import { report } from "../sender/reports.ts";

/** So many are opened at once, and push at once. */
const AT_ONCE = 50;
const TIMEOUT_MS = 60_000;

export class Crowd implements Disposable {
  readonly #push: string;
  readonly #token: string;
  readonly #links: Link[] = [];
  readonly #deliveries: StreamDelivery[] = [];

  /** `push` is `host:port`. */
  constructor({ push, token }: { readonly push: string; readonly token: string }) {
    this.#push = push;
    this.#token = token;
  }

  /** How many are open. */
  get size(): number {
    return this.#links.length;
  }

  /** Opens so many more, each for a target that is pushed. */
  async open(count: number): Promise<void> {
    await this.#each(count, async () => {
      const { link, info } = this.#link();
      this.#deliveries.push(
        new StreamDelivery({
          link,
          channel: link.open(info),
          put: { deliver: () => Promise.reject(new Error("by PUT")) },
          timeoutMs: TIMEOUT_MS,
          secret: this.#token,
          onEnd: () => {},
        }),
      );
      await opened(link);
    });
  }

  /** Opens so many more, each for a target on demand. */
  async offer(count: number, source: OnDemandSource): Promise<void> {
    await this.#each(count, async () => {
      const { link, info } = this.#link();
      link.offer({ ...info, mode: "on_demand" }, source);
      await opened(link);
    });
  }

  /** Each pushes what is said for its number. */
  async pass(say: (number: number) => Scraped): Promise<void> {
    let number = 0;
    await this.#each(this.#deliveries.length, async () => {
      const own = number++;
      const pushed = { ...report(say(own)), scrapedAtMs: Date.now(), ttlMs: TIMEOUT_MS };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const result: DeliveryResult = await this.#deliveries[own]!.deliver(pushed, signal);
      assert(result.ok, JSON.stringify(result));
    });
  }

  [Symbol.dispose](): void {
    for (const link of this.#links) link.stop();
  }

  #link() {
    const url = `ws://${this.#push}/metrics/crowd/${this.#links.length}`;
    const target = { job: "crowd", instance: String(this.#links.length) };
    const destination = makeDestination(url, { target, bearerToken: this.#token });
    const userAgent = "prompipe/crowd";
    const link = new Link({
      openSocket: webSocketOpener(destination, { userAgent, env: () => undefined }),
      software: userAgent,
      timing: realTiming,
      log: new RecordedLog(),
      receiver: url,
      secret: this.#token,
    });
    this.#links.push(link);
    return { link, info: channelInfo(destination, makePair()) };
  }

  async #each(count: number, act: () => Promise<void>): Promise<void> {
    let left = count;
    const lane = async () => {
      while (left-- > 0) await act();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }
}

async function opened(link: Link): Promise<void> {
  const way = await link.way(AbortSignal.timeout(TIMEOUT_MS));
  assert(way.kind === "stream", JSON.stringify(way));
}
