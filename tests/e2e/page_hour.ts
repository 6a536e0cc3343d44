// A receiver that looks back on an hour of pushes, in no time: its clock is made up, its
// scrape listener is real.

import { Registry } from "prom-client";
import {
  bearerToken,
  type Handler,
  type PushHandler,
  type Receiver,
  startReceiver,
} from "../../receiver/mod.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const START_MS = Date.UTC(2026, 0, 5, 9);
const HUGE = 1e12;

/** One push, at a time after the start. */
export interface MadePush {
  readonly atMs: number;
  readonly job: string;
  readonly instance: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: BodyInit;
  /** The name of its token. */
  readonly token?: string;
  /** Where it came from. */
  readonly address?: string;
}

/** A scrape, at a time after the start. */
export interface MadeScrape {
  readonly atMs: number;
  readonly path: string;
}

export class PastReceiver implements AsyncDisposable {
  /** Of the scrape listener. */
  readonly url: string;
  readonly #receiver: Receiver;
  readonly #tokens: ReadonlyMap<string, string>;
  #handlers: { readonly push: PushHandler; readonly scrape: Handler };
  #nowMs = 0;

  /** `tokens` by name. */
  constructor(tokens: readonly string[] = ["BEARER_TOKEN"]) {
    this.#tokens = new Map(tokens.map((name) => [name, randomSecret()]));
    const handlers: { push?: PushHandler; scrape?: Handler } = {};
    this.#receiver = startReceiver({
      scrapeListen: { host: "127.0.0.1", port: 0 },
      tokens: [...this.#tokens].map(([name, token]) => ({ ...bearerToken(token), name })),
      advertise: undefined,
      sdWarmupMs: 0,
      maxBodyBytes: 1e6,
      maxUnpackedBytes: 1e6,
      maxTargets: 10_000,
      maxMemoryBytes: 2 ** 30,
      defaultTtlMs: 600_000,
      forgetAfterMs: HUGE,
    }, {
      answerPushes: (handler) => {
        handlers.push = handler;
        const done = () => Promise.resolve();
        return { address: "0.0.0.0:8080", shutdown: done, cut: () => {} };
      },
      listen: (_name, at, handler) => {
        handlers.scrape = handler;
        const server = Deno.serve(
          { hostname: at.host, port: at.port, onListen: () => {} },
          handler,
        );
        const address = `${server.addr.hostname}:${server.addr.port}`;
        return { address, shutdown: () => server.shutdown(), cut: () => void server.shutdown() };
      },
      log: new RecordedLog(),
      registry: new Registry(),
      version: "0.1.0",
      collectGarbage: () => {},
      residentBytes: () => 61 * 2 ** 20,
      now: () => this.#nowMs,
      clock: () => START_MS + this.#nowMs,
    });
    this.#handlers = handlers as Required<typeof handlers>;
    this.url = `http://${this.#receiver.scrapeAddress}`;
  }

  /** By the sender's clock, if that is right: for `Prompipe-Scraped-At`. */
  static epochS(atMs: number): number {
    return (START_MS + atMs) / 1000;
  }

  /** Lets all of it happen, one after the other, and the clock stand at `untilMs`. */
  async live(events: readonly (MadePush | MadeScrape)[], untilMs: number): Promise<void> {
    for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) {
      this.#nowMs = event.atMs;
      if ("path" in event) {
        await (await this.#handlers.scrape(rawRequest(event.path))).body?.cancel();
        continue;
      }
      const { job, instance, headers = {}, body, address = "192.0.2.7" } = event;
      const { token = "BEARER_TOKEN" } = event;
      const path = `/metrics/${encodeURIComponent(job)}/${encodeURIComponent(instance)}`;
      const init = {
        method: "PUT",
        headers: { Authorization: `Bearer ${this.#tokens.get(token)}`, ...headers },
        body,
      };
      const { status } = await this.#handlers.push(rawRequest(path, init), address);
      if (status !== 204) throw new Error(`push of "${path}": ${status}`);
    }
    this.#nowMs = untilMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver.stop();
  }
}
