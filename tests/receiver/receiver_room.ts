// A whole receiver whose listeners are fakes: what comes in, the test hands over.

import { Registry } from "prom-client";
import {
  bearerToken,
  type Handler,
  type Listen,
  type ReceiverOptions,
  startReceiver,
  type StateDisk,
} from "../../receiver/mod.ts";
import { randomSecret } from "../fakes/random_secret.ts";
import { rawRequest } from "../fakes/raw_request.ts";
import { RecordedLog } from "../fakes/recorded_log.ts";

const CONFIG = {
  scrapeListen: { host: "127.0.0.1", port: 2 },
  maxBodyBytes: 1_000,
  maxUnpackedBytes: 1_000,
  defaultTtlMs: 60_000,
  maxTargets: 10,
  maxMemoryBytes: 10_000,
  advertise: undefined,
  sdWarmupMs: 1,
  forgetAfterMs: 60_000,
};

/** What may be another way than usual. */
interface RoomOptions extends Pick<ReceiverOptions, "now" | "clock"> {
  readonly disk?: StateDisk;
  readonly sdWarmupMs?: number;
}

interface PushOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A receiver that runs, and is drained at once unless `stop()` is called first. */
export function start(options: RoomOptions = {}) {
  const room = prepare(() => {}, options);
  const receiver = room.start();
  const dispose = receiver[Symbol.asyncDispose];
  receiver[Symbol.asyncDispose] = () => {
    room.drained.resolve();
    return dispose();
  };
  return { ...room, receiver };
}

/** A receiver still to be started. `onListen` may throw, as where an address is taken. */
export function prepare(
  onListen: (name: string) => void,
  { sdWarmupMs = CONFIG.sdWarmupMs, ...options }: RoomOptions = {},
) {
  const token = randomSecret();
  const log = new RecordedLog();
  const events: string[] = [];
  const drained = Promise.withResolvers<void>();
  const handlers: Record<string, Handler> = {};
  const listen: Listen = (name, at, handler) => {
    onListen(name);
    handlers[name] = handler;
    return {
      address: `${name}:${at.port}`,
      shutdown: () => {
        events.push(`${name} shutdown`);
        return drained.promise;
      },
      cut: () => void events.push(`${name} cut`),
    };
  };
  const ask = (name: string, path: string, init?: RequestInit) =>
    Promise.resolve(handlers[name]!(rawRequest(path, init), "::1"));
  return {
    token,
    events,
    drained,
    handlers: handlers as { readonly push: (request: Request) => Promise<Response> },
    start: () =>
      startReceiver({ ...CONFIG, sdWarmupMs, tokens: [bearerToken(token)] }, {
        answerPushes: (handler) => listen("push", { host: "", port: 1 }, handler),
        collectGarbage: () => {},
        listen,
        log,
        registry: new Registry(),
        version: "1.2.3",
        ...options,
      }),
    /** What the log said of the whole receiver. */
    said: () => log.events.filter(({ level }) => level !== "debug").map(({ event }) => event),
    push: (body: BodyInit, { path = "/metrics/a/b", headers = {} }: PushOptions = {}) =>
      ask("push", path, {
        method: "PUT",
        headers: { Authorization: `Bearer ${token}`, ...headers },
        body,
      }),
    scrape: (path: string, init?: RequestInit) => ask("scrape", path, init),
  };
}
