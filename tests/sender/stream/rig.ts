// A link to a receiver in memory, with deliveries over it.

import type { Report } from "../../../sender/report.ts";
import { type ChannelInfo } from "../../../sender/stream/channel.ts";
import { Link } from "../../../sender/stream/link.ts";
import { StreamDelivery } from "../../../sender/stream/stream_delivery.ts";
import { within } from "../../../sender/timing.ts";
import { FakeDelivery } from "../../fakes/delivery.ts";
import { randomSecret } from "../../fakes/random_secret.ts";
import { RecordedLog } from "../../fakes/recorded_log.ts";
import { fakeSockets, type Opening } from "../../fakes/stream_socket.ts";
import { VirtualTime } from "../../fakes/virtual_time.ts";

export const TIMEOUT_MS = 10_000;
export const INTERVAL_MS = 4_000;

/** What is told of a target called so. */
export function info(instance: string, overrides: Partial<ChannelInfo> = {}): ChannelInfo {
  return {
    target: { job: "node", instance },
    mode: "push",
    ttlMs: 22_000,
    intervalMs: INTERVAL_MS,
    labels: {},
    paramsAllowed: [],
    ...overrides,
  };
}

/** A link whose sockets open as told. */
export function rig(...openings: Opening[]) {
  const time = new VirtualTime();
  const log = new RecordedLog();
  const fake = fakeSockets(...openings);
  const secret = randomSecret();
  const link = new Link({
    openSocket: fake.open,
    software: "prompipe/test",
    timing: time,
    log,
    receiver: "ws://push.example/",
    secret,
  });
  const put = new FakeDelivery(() => ({ ok: true, bodyBytes: 1 }));
  const stopping = new AbortController();

  function delivery(instance: string) {
    const channel = link.open(info(instance));
    const stream = new StreamDelivery({
      ...{ link, channel, put, secret, timeoutMs: TIMEOUT_MS },
      onEnd: () => link.close(channel),
    });
    const deliver = (report: Report) =>
      within(
        TIMEOUT_MS,
        { timing: time, signal: stopping.signal },
        (signal) => stream.deliver(report, signal),
      );
    return { deliver, end: () => stream.end() };
  }
  return {
    ...{ time, log, fake, link, put, secret, delivery },
    socket: () => fake.sockets.at(-1)!,
    [Symbol.dispose]: () => link.stop(),
  };
}
