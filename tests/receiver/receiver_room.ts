// A whole receiver whose listeners are fakes: what comes in, the test hands over.

import { Registry } from "prom-client";
import {
  bearerToken,
  type Handler,
  type Listen,
  type Listener,
  type PushHandler,
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
  const handlers: { push?: PushHandler; scrape?: Handler } = {};
  const listen: Listen = (name, at, handler) => {
    handlers.scrape = handler;
    return open(name, at.port);
  };
  const open = (name: string, port: number): Listener => {
    onListen(name);
    return {
      address: `${name}:${port}`,
      shutdown: () => {
        events.push(`${name} shutdown`);
        return drained.promise;
      },
      cut: () => void events.push(`${name} cut`),
    };
  };
  return {
    token,
    events,
    drained,
    /** Hands the push listener a request. */
    askPush: (request: Request) => handlers.push!(request, "::1"),
    start: () =>
      startReceiver({ ...CONFIG, sdWarmupMs, tokens: [bearerToken(token)] }, {
        answerPushes(handler) {
          handlers.push = handler;
          return open("push", 1);
        },
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
      handlers.push!(
        rawRequest(path, {
          method: "PUT",
          headers: { Authorization: `Bearer ${token}`, ...headers },
          body,
        }),
        "::1",
      ),
    scrape: async (path: string, init?: RequestInit) =>
      await handlers.scrape!(rawRequest(path, init)),
  };
}
